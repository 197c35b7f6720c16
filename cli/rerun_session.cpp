#include "cli/rerun_session.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "cli/rerun_message.hpp"
#include "journal/facts/wire.hpp"
#include "protocol/frontend.hpp"

namespace ride::cli {
namespace {

using protocol::Ending;
using protocol::RequestId;
using protocol::RequestKind;
using protocol::Side;
using replay::Outcome;

constexpr std::size_t described_bytes_max = 1U << 20U;

std::string_view word_of(Ending how) {
  switch (how) {
    case Ending::complete:
      return "complete";
    case Ending::empty:
      return "empty";
    case Ending::suspended:
      return "suspended";
    case Ending::error:
      return "error";
    case Ending::cut:
      return "cut";
  }
  return "";
}

std::string one_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

}  // namespace

RerunSession::RerunSession(const LoginWords& words) : described_(described_bytes_max) {
  std::vector<const char*> keys;
  std::vector<const char*> values;
  for (const auto& [key, value] : words) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  connection_.reset(PQconnectdbParams(keys.data(), values.data(), 1));
  if (PQstatus(connection_.get()) != CONNECTION_OK)
    throw LoginRefused(one_line(PQerrorMessage(connection_.get())));
  if (PQsslInUse(connection_.get()) != 0)
    throw LoginRefused(
        "the server wants TLS, and a re-run sends its own messages: put `ride proxy` before it, or "
        "say sslmode=disable");
  pid_ = PQbackendPID(connection_.get());
  // The log-in is over; the rest of the session is followed as if it had been seen.
  protocol_.on(Side::server, {'R', Bytes("\0\0\0\0", 4), 4, true}, *this);
  protocol_.on(Side::server, {'Z', Bytes("I", 1), 1, true}, *this);
}

RerunSession::~RerunSession() = default;

void RerunSession::write(const std::string& bytes) {
  client_.feed(bytes);
  while (const auto frame = client_.next()) protocol_.on(Side::client, *frame, *this);
  out_ += bytes;
}

void RerunSession::send(const replay::Request& request, const std::vector<std::int64_t>& pids) {
  if (gone_) return;
  sent_.push_back(&request);
  write(message_of(request, pids));
  if (request.sync || request.kind == journal::Kind::query ||
      request.kind == journal::Kind::function_call)
    transfer();
}

void RerunSession::ask_for_answers() {
  if (gone_ || !protocol_.mid_batch()) return;
  std::string bytes;
  protocol::encode(protocol::Flush{}, bytes);
  out_ += bytes;  // it changes no state
  transfer();
}

void RerunSession::say_goodbye() {
  if (gone_) return;
  std::string bytes;
  protocol::encode(protocol::Terminate{}, bytes);
  write(bytes);
  transfer();
}

void RerunSession::close_without_a_word() {
  if (!gone_) ::shutdown(descriptor(), SHUT_RDWR);
  gone_ = true;
}

void RerunSession::cancel() const {
  const std::unique_ptr<PGcancel, void (*)(PGcancel*)> request(PQgetCancel(connection_.get()),
                                                               PQfreeCancel);
  std::array<char, 256> error{};
  if (request) PQcancel(request.get(), error.data(), static_cast<int>(error.size()));
}

void RerunSession::transfer() {
  while (!gone_ && !out_.empty()) {
    const auto sent = ::send(descriptor(), out_.data(), out_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0) {
      out_.clear();  // what the server said before it went can still be read
      break;
    }
    out_.erase(0, static_cast<std::size_t>(sent));
  }
  receive();
}

void RerunSession::receive() {
  std::array<char, 65'536> chunk;
  while (!gone_) {
    const auto got = ::recv(descriptor(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) {
      protocol_.finish(*this);
      gone_ = true;
      return;
    }
    server_.feed({chunk.data(), static_cast<std::size_t>(got)});
    while (const auto frame = server_.next()) protocol_.on(Side::server, *frame, *this);
    if (!copying_.empty()) {
      write(std::exchange(copying_, {}));
      transfer();
    }
  }
}

const replay::Request* RerunSession::find(RequestId request) const {
  if (request < first_ || request - first_ >= sent_.size()) return nullptr;
  return sent_[request - first_];
}

journal::Seq RerunSession::seq_of(RequestId request) const {
  const auto* found = find(request);
  return found == nullptr ? 0 : found->seq;
}

void RerunSession::row_description(RequestId request, std::uint32_t ordinal, Bytes body,
                                   std::uint64_t body_bytes) {
  const auto* asked = find(request);
  if (asked == nullptr || body.size() != body_bytes) return;
  if (asked->kind != journal::Kind::describe) {
    columns_[{asked->seq, ordinal}] = body;
  } else if (asked->describes_portal) {
    described_.portal_described(asked->portal, body);
  } else {
    described_.statement_described(asked->name, body);
  }
}

// Where the record knows of no data the COPY had failed before: it is given up.
void RerunSession::copy_began(RequestId request, std::uint32_t ordinal,
                              protocol::CopyDirection direction, std::uint8_t) {
  const auto* asked = find(request);
  if (asked == nullptr || direction != protocol::CopyDirection::in) return;
  replay::CopyIn copy{ordinal, "", true};
  for (const auto& recorded : asked->copies)
    if (recorded.ordinal == ordinal) copy = recorded;
  copying_ = message_of(copy);
  if (asked->kind == journal::Kind::execute) protocol::encode(protocol::Sync{}, copying_);
}

void RerunSession::ended(const protocol::Ended& ended) {
  const auto* asked = find(ended.request);
  if (asked == nullptr) return;
  if (ended.how == Ending::complete) {
    if (asked->kind == journal::Kind::parse) described_.parsed(asked->name);
    if (asked->kind == journal::Kind::bind) described_.bound(asked->portal, asked->name);
  }
  const bool statement = ended.kind == RequestKind::query || ended.kind == RequestKind::execute ||
                         ended.kind == RequestKind::function_call;
  if ((!statement && ended.how != Ending::error) || ended.how == Ending::cut) return;
  Outcome outcome;
  outcome.how = word_of(ended.how);
  outcome.tag = ended.tag;
  outcome.rows = ended.rows;
  outcome.sqlstate = ended.sqlstate;
  const std::pair key{asked->seq, ended.ordinal};
  Bytes columns;
  if (asked->kind == journal::Kind::execute && ended.rows > 0)
    columns = described_.columns_of(asked->portal);
  if (const auto known = columns_.find(key); known != columns_.end()) columns = known->second;
  outcome.columns = journal::facts::read_columns(columns);
  columns_.erase(key);
  outcomes_[key] = std::move(outcome);
}

void RerunSession::ready(RequestId through, protocol::TxStatus) {
  if (const auto seq = seq_of(through); seq != 0) through_ = seq;
  while (!sent_.empty() && first_ <= through) {
    sent_.pop_front();
    ++first_;
  }
}

bool RerunSession::has_ended(journal::Seq request, std::uint32_t ordinal) const {
  return outcomes_.contains({request, ordinal});
}

std::optional<Outcome> RerunSession::take(journal::Seq request, std::uint32_t ordinal) {
  const auto found = outcomes_.find({request, ordinal});
  if (found == outcomes_.end()) return std::nullopt;
  auto outcome = std::move(found->second);
  outcomes_.erase(found);
  return outcome;
}

}  // namespace ride::cli
