#include "proxy/recorder.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cassert>

#include "journal/fields.hpp"
#include "proxy/redaction.hpp"

namespace ride::proxy {

using journal::Field;
using journal::Kind;
using protocol::Side;

namespace {

// The smallest messages become events of 24 times their size at most (EmptyQueryResponse: 5 bytes,
// an event of frame header, request, ordinal, times and counts), and the columns of a prepared
// statement, which stand in the event of each Execute that returned a row, 82 bytes where the row
// had 4.
constexpr std::size_t event_bytes_per_chunk_byte = 24 + 82 / 4;

std::uint32_t kept_client_bytes(const Limits& limits) {
  return static_cast<std::uint32_t>(std::max(
      {limits.kept_text_bytes_max, limits.kept_parameter_bytes_max, limits.kept_copy_bytes_max}));
}

// A server that cannot start a backend says so as protocol 2 did, whatever the client speaks: 'E',
// a text, NUL. Told apart as libpq does: its first letters make no length that an error could have.
std::optional<Bytes> refusal_without_length(Bytes first_chunk) {
  constexpr std::uint32_t error_bytes_max = 30'000;
  if (first_chunk.size() < 5 || first_chunk.front() != 'E') return std::nullopt;
  std::uint32_t length = 0;
  for (const char byte : first_chunk.substr(1, 4))
    length = length << 8U | static_cast<unsigned char>(byte);
  if (length >= 8 && length <= error_bytes_max) return std::nullopt;
  const auto text = first_chunk.substr(1);
  return text.substr(0, text.find_first_of(std::string_view("\n\0", 2)));
}

std::uint32_t kept_server_bytes(const Limits& limits) {
  return static_cast<std::uint32_t>(
      std::max({limits.kept_rows_bytes_max, limits.kept_columns_bytes_max,
                limits.kept_copy_bytes_max, limits.kept_notice_bytes_max}));
}

}  // namespace

Recorder::Recorder(Worker& worker, Registry::Entry& entry)
    : worker_(&worker),
      ledger_(&worker.ledger()),
      entry_(entry),
      limits_(worker.shared.options.limits),
      client_framer_(Side::client, kept_client_bytes(limits_)),
      server_framer_(Side::server, kept_server_bytes(limits_)),
      answer_(limits_),
      described_(limits_.kept_descriptions_bytes_max),
      carried_(limits_.kept_statements_bytes_max) {
  ++ledger_->sessions;
  entry_.journal = &ledger_->journal;
}

std::size_t Recorder::room_bytes(const Limits& limits) {
  const auto held = limits.kept_rows_bytes_max + limits.kept_columns_bytes_max +
                    limits.kept_copy_bytes_max + limits.kept_notice_bytes_max +
                    kept_server_bytes(limits) + kept_client_bytes(limits);
  // Redaction may make a text longer: '' becomes '<redacted>' beside a keyword of that size.
  return event_bytes_per_chunk_byte * limits.chunk_bytes + 2 * held;
}

journal::FieldWriter Recorder::begin() {
  worker_->body.clear();
  return journal::FieldWriter(worker_->body);
}

journal::Seq Recorder::write(Kind kind) {
  const auto seq = ledger_->appender.append(kind, entry_.connection, now_us_, worker_->body);
  written_to_ = ledger_->appender.position();
  return seq;
}

bool Recorder::on_disk() {
  auto* const ticket = ledger_->appender.durability();
  if (ticket == nullptr || ticket->reached(written_to_)) return true;
  ticket->ask(written_to_);
  return false;
}

void Recorder::opened(std::string_view peer, const TlsFacts& tls, std::string_view server) {
  now_us_ = worker_->shared.clock.now_us();
  auto fields = begin();
  fields.put(Field::peer, peer);
  if (!tls.text.empty()) fields.put(Field::tls, tls.text);
  if (!tls.server_name.empty()) fields.put(Field::server_name, tls.server_name);
  if (!tls.alpn.empty()) fields.put(Field::alpn, tls.alpn);
  if (!server.empty()) fields.put(Field::server, server);
  write(Kind::connection_opened);
  opened_ = true;
  worker_->counters.connections.add();
  carried_.opened(worker_->body, now_us_);
}

void Recorder::started(const protocol::StartupMessage& message) {
  now_us_ = worker_->shared.clock.now_us();
  const auto user = redact_text(message.parameter("user").value_or(""));
  const auto database = redact_text(message.parameter("database").value_or(user));
  const auto application = redact_text(message.parameter("application_name").value_or(""));
  begin()
      .put(Field::parameters, redact_parameters(message.parameters))
      .put(Field::user, user)
      .put(Field::database, database)
      .put(Field::application, application);
  write(Kind::connection_started);
  carried_.started(worker_->body);
  worker_->shared.registry.set_names(entry_, user, database, application);
}

void Recorder::refused(Bytes error_body) {
  now_us_ = worker_->shared.clock.now_us();
  auto fields = begin();
  fields.put(Field::error, redact_error(error_body, false).body);
  put_login(fields);
  write(Kind::connection_refused);
}

void Recorder::cancel_requested(const Registry::Target& target) {
  now_us_ = worker_->shared.clock.now_us();
  const bool here = target.journal == &ledger_->journal;  // else its number is another file's
  begin().put(Field::connection, target.connection).put(Field::request, here ? target.request : 0);
  write(Kind::cancel_requested);
  worker_->counters.cancels.add();
}

void Recorder::closed(std::string_view how) {
  now_us_ = worker_->shared.clock.now_us();
  auto fields = begin();
  fields.put(Field::how, how)
      .put(Field::bytes_in, bytes_in_ - told_bytes_in_)
      .put(Field::bytes_out, bytes_out_ - told_bytes_out_);
  if (!idle_error_.empty()) fields.put(Field::error, idle_error_);
  // The server's backend began, and no connection_ready says which it was.
  if (!ready_ && entry_.pid.load() != 0) fields.put(Field::pid, entry_.pid.load());
  write(Kind::connection_closed);
  closed_ = true;
}

void Recorder::count_client_bytes(std::uint64_t bytes) {
  bytes_in_ += bytes;
  worker_->counters.bytes_from_clients.add(bytes);
}

void Recorder::from_client(Bytes chunk, std::int64_t now_us) {
  go_on();
  bytes_in_ += chunk.size();
  worker_->counters.bytes_from_clients.add(chunk.size());
  if (unreadable() && between_chunks() && resync_.may_begin_at(chunk)) read_again(now_us);
  observe(Side::client, client_framer_, chunk, now_us);
}

void Recorder::from_server(Bytes chunk, std::int64_t now_us) {
  const bool first = bytes_out_ == 0;
  bytes_out_ += chunk.size();
  worker_->counters.bytes_from_servers.add(chunk.size());
  if (raw_ && first &&
      chunk.front() != 'E') {  // it is let in, by a server that knows more than ride
    now_us_ = now_us;
    write_gap("the connection speaks a protocol that cannot be read");
  }
  if (const auto why = first && !raw_ ? refusal_without_length(chunk) : std::nullopt) {
    now_us_ = now_us;
    std::string error;
    encode(protocol::ErrorResponse{{{'S', "FATAL"}, {'V', "FATAL"}, {'M', *why}}}, error);
    connection_error(Bytes(error).substr(protocol::header_bytes), true);
    refused_unread_ = true;
  }
  if (!refused_unread_) observe(Side::server, server_framer_, chunk, now_us);
}

void Recorder::observe(Side side, protocol::Framer& framer, Bytes chunk, std::int64_t now_us) {
  if (raw_) return;
  now_us_ = now_us;
  framer.feed(chunk);
  while (const auto frame = framer.next()) {
    if (side == Side::server) note_unseen(*frame);
    session_.on(side, *frame, *this);
    pass_over(side, framer, frame->tag);
    if (side == Side::server && unreadable()) resync_.on_server(*frame);
  }
  if (const auto failure = framer.take_failure()) session_.on_broken(side, *failure, *this);
  if (side == Side::server && framer.broken()) on_unreadable_server(chunk);
  const auto* under_way = find(session_.in_flight());
  entry_.request = under_way != nullptr ? under_way->seq : 0;
  if (answer_.copying && under_way != nullptr) tell_copying(under_way->seq);
  entry_.busy = session_.busy();
}

// Behind a row or a piece of COPY data of which nothing was kept: the same of all that follow it at
// once.
void Recorder::pass_over(Side side, protocol::Framer& framer, char tag) {
  if (tag != session_.goes_on_with(side) || !answer_.full(tag)) return;
  const auto run = framer.skip(tag);
  session_.passed_over(side, run);
  answer_.omit(tag, run);
}

// An answer where nothing is asked, or where nobody knows to what, answers a request that was not
// seen. An error does not: it is what is expected of the server after bytes that make no sense.
void Recorder::note_unseen(const protocol::Frame& frame) {
  const bool unasked = client_framer_.broken() && !session_.busy();
  if ((unasked || session_.lost()) && frame.tag != 'E') answered_unseen_ = true;
}

// Bytes pass that are not followed, until a place is found where both sides can be read.
bool Recorder::unreadable() const {
  return client_framer_.broken() || server_framer_.broken() || session_.over();
}

// No message is half-way in a direction that can still be read.
bool Recorder::between_chunks() const {
  return ready_ && (client_framer_.broken() || client_framer_.between_messages()) &&
         (server_framer_.broken() || server_framer_.between_messages());
}

void Recorder::on_unreadable_server(Bytes chunk) {
  resync_.on_unreadable_server(chunk);
  if (server_gap_) return;
  server_gap_ = answered_unseen_ = true;
  write_gap("the server's bytes could not be read from here on");
}

void Recorder::read_again(std::int64_t now_us) {
  now_us_ = now_us;
  spdlog::info("connection={} can be read again", entry_.connection);
  client_framer_.restart();
  server_framer_.restart();
  session_.resume(*this);
  resync_.forget();
  server_gap_ = false;
  // Unseen, names may have been given to other statements, some of them with secrets.
  described_ = Described(limits_.kept_descriptions_bytes_max);
  carried_.all_closed();
  secret_prepared_ = true;
}

void Recorder::finish() {
  if (raw_) return;
  now_us_ = worker_->shared.clock.now_us();
  session_.finish(*this);
  if (answered_unseen_ || cuts_unrecorded_ > 0)
    write_gap("the connection ended after bytes that could not be read");
}

void Recorder::backend_key(const protocol::BackendKeyData& message) {
  worker_->shared.registry.set_backend_key(entry_, message.pid, message.key);
}

void Recorder::parameter_status(std::string_view name, std::string_view value) {
  const auto kept = redact_text(value);
  if (name == "application_name") worker_->shared.registry.set_application(entry_, kept);
  if (!ready_) {  // the server's settings at the start are no change
    const auto bytes = first_settings_.size() + name.size() + kept.size() + 2;
    if (bytes <= limits_.kept_notice_bytes_max)
      first_settings_.append(name).append(1, '\0').append(kept).append(1, '\0');
    return;
  }
  begin().put(Field::name, name).put(Field::text, kept);
  write(Kind::parameter_changed);
  carried_.changed(name, worker_->body);
}

void Recorder::notification(const protocol::NotificationResponse& message) {
  begin()
      .put(Field::pid, message.pid)
      .put(Field::name, message.channel)
      .put(Field::text, redact_text(message.payload));
  write(Kind::notification);
}

void Recorder::connection_error(Bytes error_body, bool fatal) {
  saw_fatal_ = saw_fatal_ || fatal;
  auto error = redact_error(error_body, false).body;
  if (ready_) {
    idle_error_ = std::move(error);  // stands in connection_closed
    return;
  }
  auto fields = begin();
  fields.put(Field::error, error);
  put_login(fields);
  write(Kind::connection_refused);
  worker_->counters.refused_by_server.add();
}

void Recorder::protocol_violation(Side side, protocol::RequestId, char tag, std::string_view why) {
  spdlog::warn("connection={} {} broke the protocol: {} (message type {:#04x})", entry_.connection,
               side == Side::client ? "client" : "server", why, static_cast<unsigned char>(tag));
}

void Recorder::write_notice(Bytes redacted_body) {
  begin().put(Field::error, redacted_body);
  write(Kind::notice);
}

void Recorder::write_gap(std::string_view why) {
  auto message = std::string(why);
  if (cuts_unrecorded_ > 0)
    message += "; " + std::to_string(cuts_unrecorded_) + " unanswered requests are not listed";
  if (!has_room(message.size() + 64)) return;  // then the journal itself is at its end
  spdlog::warn("connection={} gap in the record: {}", entry_.connection, message);
  begin().put(Field::message, message);
  write(Kind::gap);
  answered_unseen_ = false;
  cuts_unrecorded_ = 0;
}

Recorder::Asked* Recorder::find(protocol::RequestId request) {
  if (request < asked_first_ || request >= asked_first_ + asked_.size()) return nullptr;
  return &asked_[request - asked_first_];
}

void Recorder::forget_before(protocol::RequestId request) {
  while (!asked_.empty() && asked_first_ < request) {
    last_answered_ = asked_.front().seq;
    asked_.pop_front();
    ++asked_first_;
  }
}

}  // namespace ride::proxy
