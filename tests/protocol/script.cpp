#include "tests/protocol/script.hpp"

namespace ride::protocol::test {

namespace {

std::string place(RequestId id, std::uint32_t ordinal) {
  return std::to_string(id) + "." + std::to_string(ordinal);
}

std::string quoted(std::string_view text) { return " '" + std::string(text) + "'"; }

std::string_view to_text(Ending how) {
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

std::string_view to_text(CopyDirection direction) {
  switch (direction) {
    case CopyDirection::in:
      return "in";
    case CopyDirection::out:
      return "out";
    case CopyDirection::both:
      return "both";
  }
  return "";
}

}  // namespace

std::vector<std::string> TextObserver::take() { return std::exchange(lines_, {}); }

std::set<RequestId> TextObserver::open() const {
  std::set<RequestId> out;
  for (auto id = through_ + 1; id <= asked_; ++id)
    if (!endings_.contains(id) && (skipping_from_ == 0 || id < skipping_from_)) out.insert(id);
  return out;
}

void TextObserver::asked(RequestId id, std::uint64_t omitted, std::string line) {
  if (id != asked_ + 1) breaches_.push_back("request out of order: " + line);
  asked_ = id;
  if (omitted > 0) line += " omitted=" + std::to_string(omitted);
  say(std::move(line));
}

void TextObserver::answered(RequestId id, std::uint32_t ordinal, std::string line) {
  if (id == 0 || id > asked_) breaches_.push_back("answer to nothing: " + line);
  if (id <= through_) breaches_.push_back("answer behind its ReadyForQuery: " + line);
  if (endings_.contains(id) && endings_[id].contains(ordinal))
    breaches_.push_back("answer behind its ending: " + line);
  say(std::move(line));
}

void TextObserver::authenticated() { say("authenticated"); }
void TextObserver::negotiated(const NegotiateProtocolVersion& message) {
  say("negotiated " + std::to_string(message.version));
}
void TextObserver::backend_key(const BackendKeyData& message) {
  say("backend_key " + std::to_string(message.pid) + " " + std::to_string(message.key.size()));
}
void TextObserver::query(RequestId id, const Query& message, std::uint64_t omitted) {
  asked(id, omitted, "query " + std::to_string(id) + quoted(message.query));
}
void TextObserver::parse(RequestId id, const Parse& message, std::uint64_t omitted) {
  asked(id, omitted,
        "parse " + std::to_string(id) + quoted(message.statement) + quoted(message.query));
}
void TextObserver::bind(RequestId id, const Bind& message, std::uint64_t omitted) {
  asked(id, omitted,
        "bind " + std::to_string(id) + quoted(message.portal) + quoted(message.statement));
}
void TextObserver::describe(RequestId id, const Describe& message, std::uint64_t omitted) {
  asked(id, omitted, "describe " + std::to_string(id) + " " + message.kind + quoted(message.name));
}
void TextObserver::execute(RequestId id, const Execute& message, std::uint64_t omitted) {
  asked(id, omitted,
        "execute " + std::to_string(id) + quoted(message.portal) + " " +
            std::to_string(message.max_rows));
}
void TextObserver::close(RequestId id, const Close& message, std::uint64_t omitted) {
  asked(id, omitted, "close " + std::to_string(id) + " " + message.kind + quoted(message.name));
}
void TextObserver::function_call(RequestId id, const FunctionCall& message, std::uint64_t omitted) {
  asked(id, omitted, "call " + std::to_string(id) + " " + std::to_string(message.function));
}
void TextObserver::terminate() { say("terminate"); }

void TextObserver::parameter_description(RequestId id, Bytes) {
  answered(id, 0, "parameters " + place(id, 0));
}
void TextObserver::row_description(RequestId id, std::uint32_t ordinal, Bytes, std::uint64_t) {
  answered(id, ordinal, "columns " + place(id, ordinal));
}
void TextObserver::data_row(RequestId id, std::uint32_t ordinal, Bytes, std::uint64_t) {
  answered(id, ordinal, "row " + place(id, ordinal));
}
void TextObserver::function_result(RequestId id, Bytes, std::uint64_t) {
  answered(id, 0, "result " + place(id, 0));
}
void TextObserver::copy_began(RequestId id, std::uint32_t ordinal, CopyDirection direction,
                              std::uint8_t format) {
  answered(id, ordinal,
           "copy " + place(id, ordinal) + " " + std::string(to_text(direction)) + " " +
               std::to_string(format));
}
void TextObserver::copy_data(RequestId id, std::uint32_t ordinal, CopyDirection direction,
                             Bytes payload, std::uint64_t payload_bytes) {
  answered(id, ordinal,
           "data " + place(id, ordinal) + " " + std::string(to_text(direction)) + quoted(payload) +
               " " + std::to_string(payload_bytes));
}

void TextObserver::ended(const Ended& ended) {
  auto line =
      "ended " + place(ended.request, ended.ordinal) + " " + std::string(to_text(ended.how));
  if (!ended.tag.empty()) line += quoted(ended.tag);
  if (!ended.error.empty()) line += " " + std::string(ended.sqlstate);
  if (ended.fatal) line += " fatal";
  if (ended.at_sync) line += " at sync";
  if (ended.rows > 0) line += " rows=" + std::to_string(ended.rows);
  if (ended.copy_bytes > 0) line += " copied=" + std::to_string(ended.copy_bytes);
  answered(ended.request, ended.ordinal, line);
  endings_[ended.request].insert(ended.ordinal);
  const bool simple = ended.kind == RequestKind::query || ended.kind == RequestKind::function_call;
  if (ended.how == Ending::error && !simple && !ended.at_sync) skipping_from_ = ended.request + 1;
}

void TextObserver::ready(RequestId through, TxStatus status) {
  say("ready " + std::to_string(through) + " " + static_cast<char>(status));
  if (through < through_ || through > asked_) breaches_.push_back("ready out of order");
  through_ = through;
  skipping_from_ = 0;
}
void TextObserver::notice(RequestId id, std::uint32_t ordinal, Bytes body) {
  say("notice " + place(id, ordinal) + quoted(error_field(body, 'M')));
}
void TextObserver::parameter_status(std::string_view name, std::string_view value) {
  say("parameter" + quoted(name) + quoted(value));
}
void TextObserver::notification(const NotificationResponse& message) {
  say("notification " + std::to_string(message.pid) + quoted(message.channel) +
      quoted(message.payload));
}
void TextObserver::connection_error(Bytes body, bool fatal) {
  if (!fatal) skipping_from_ = through_ + 1;  // a Flush with a body
  say("connection_error " + std::string(error_field(body, 'C')) + (fatal ? " fatal" : ""));
}
void TextObserver::protocol_violation(Side side, RequestId id, char, std::string_view why) {
  violated_ = true;
  say("violation " + std::string(side == Side::client ? "client " : "server ") +
      std::to_string(id) + quoted(why));
}

void Bench::pass(Side side, Bytes bytes) {
  auto& framer = side == Side::client ? client_ : server_;
  framer.feed(bytes);
  while (const auto frame = framer.next()) session_.on(side, *frame, seen_);
  if (const auto failure = framer.take_failure()) session_.on_broken(side, *failure, seen_);
}

void Bench::resume() {
  client_.restart();
  server_.restart();
  session_.resume(seen_);
}

void encode(const Empty& message, std::string& out) { encode_empty(message.tag, out); }
void encode(const Raw& message, std::string& out) { out += message.bytes; }
void encode(const Failure& message, std::string& out) {
  out += encode_error(message.severity, message.sqlstate, "something went wrong");
}
void encode(const Notice& message, std::string& out) {
  protocol::encode(ErrorResponse{{{'S', "NOTICE"}, {'M', message.message}}}, out,
                   ErrorResponse::notice_tag);
}
void encode(const Copy& message, std::string& out) {
  protocol::encode(CopyResponse{message.format, {message.format}}, out, message.tag);
}

Script& Script::gone(std::vector<std::string> seen) {
  lines_.push_back({Side::client, "", std::move(seen), true, nullptr});
  return *this;
}

Script& Script::holds(bool (*condition)(const Session&)) {
  lines_.push_back({Side::client, "", {}, false, condition});
  return *this;
}

Script::~Script() {
  play();
  for (std::size_t lines = 0; lines <= lines_.size(); ++lines) {
    play_until(lines, false);
    if (lines < lines_.size()) play_until(lines, true);
  }
}

void Script::start(Bench& bench) const {
  if (!started_) return;
  bench.pass(Side::server, to_bytes(Authentication{0}) + to_bytes(ReadyForQuery{}));
  bench.seen().take();
}

void Script::play() const {
  Bench bench(kept_message_bytes_max, limits_);
  start(bench);
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const auto& line = lines_[i];
    INFO("line " << i + 1 << " of the script");
    if (line.condition != nullptr) {
      CHECK(line.condition(bench.session()));
      continue;
    }
    if (line.gone)
      bench.vanish();
    else
      bench.pass(line.side, line.bytes);
    CHECK(bench.seen().take() == line.seen);
    CHECK(bench.seen().breaches() == std::vector<std::string>{});
  }
}

void Script::play_until(std::size_t vanishes_after, bool half_a_line_more) const {
  INFO("the peer vanishes after line " << vanishes_after
                                       << (half_a_line_more ? " and a half" : ""));
  Bench bench(kept_message_bytes_max, limits_);
  start(bench);
  for (std::size_t i = 0; i < vanishes_after; ++i)
    if (!lines_[i].gone) bench.pass(lines_[i].side, lines_[i].bytes);
  if (half_a_line_more) {
    const auto& line = lines_[vanishes_after];
    bench.pass(line.side, Bytes(line.bytes).substr(0, line.bytes.size() / 2));
  }
  bench.vanish();
  bench.vanish();
  CHECK(bench.seen().breaches() == std::vector<std::string>{});
  CHECK(bench.seen().open() == std::set<RequestId>{});
  CHECK_FALSE(bench.session().idle());
}

}  // namespace ride::protocol::test
