// Dialogues for testing a Session: one message a line, with what the observer must be told at it.
//
//   Script()
//       .client(Query{"select 1"}, {"query 1 'select 1'"})
//       .server(CommandComplete{"SELECT 1"}, {"ended 1.0 complete 'SELECT 1'"})
//       .server(ReadyForQuery{TxStatus::idle}, {"ready 1 I"});
//
// It plays when it dies: once as written, through two Framers, and once more with the peer
// vanishing after each of its lines, and half-way through each, which must leave no request without
// an ending, and none with one twice or out of order.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/framer.hpp"
#include "protocol/messages.hpp"
#include "protocol/session.hpp"
#include "tests/catch.hpp"

namespace ride::protocol::test {

using namespace std::string_view_literals;

// Writes every call as one line of text, and remembers breaches of what must always hold.
class TextObserver : public Observer {
 public:
  std::vector<std::string> take();
  const std::vector<std::string>& breaches() const { return breaches_; }
  // Requests that have no ending, were not answered by a ReadyForQuery, and do not lie behind an
  // error that makes PostgreSQL skip them.
  std::set<RequestId> open() const;
  bool violated() const { return violated_; }

  void authenticated() override;
  void negotiated(const NegotiateProtocolVersion& message) override;
  void backend_key(const BackendKeyData& message) override;
  void query(RequestId id, const Query& message, std::uint64_t omitted) override;
  void parse(RequestId id, const Parse& message, std::uint64_t omitted) override;
  void bind(RequestId id, const Bind& message, std::uint64_t omitted) override;
  void describe(RequestId id, const Describe& message, std::uint64_t omitted) override;
  void execute(RequestId id, const Execute& message, std::uint64_t omitted) override;
  void close(RequestId id, const Close& message, std::uint64_t omitted) override;
  void function_call(RequestId id, const FunctionCall& message, std::uint64_t omitted) override;
  void terminate() override;
  void parameter_description(RequestId id, Bytes body) override;
  void row_description(RequestId id, std::uint32_t ordinal, Bytes body,
                       std::uint64_t body_bytes) override;
  void data_row(RequestId id, std::uint32_t ordinal, Bytes body, std::uint64_t body_bytes) override;
  void function_result(RequestId id, Bytes body, std::uint64_t body_bytes) override;
  void copy_began(RequestId id, std::uint32_t ordinal, CopyDirection direction,
                  std::uint8_t format) override;
  void copy_data(RequestId id, std::uint32_t ordinal, CopyDirection direction, Bytes payload,
                 std::uint64_t payload_bytes) override;
  void ended(const Ended& ended) override;
  void ready(RequestId through, TxStatus status) override;
  void notice(RequestId id, std::uint32_t ordinal, Bytes body) override;
  void parameter_status(std::string_view name, std::string_view value) override;
  void notification(const NotificationResponse& message) override;
  void connection_error(Bytes body, bool fatal) override;
  void protocol_violation(Side side, RequestId id, char tag, std::string_view why) override;

 private:
  void say(std::string line) { lines_.push_back(std::move(line)); }
  void asked(RequestId id, std::uint64_t omitted, std::string line);
  void answered(RequestId id, std::uint32_t ordinal, std::string line);

  std::vector<std::string> lines_;
  std::vector<std::string> breaches_;
  RequestId asked_ = 0;
  RequestId through_ = 0;
  RequestId skipping_from_ = 0;  // 0: not skipping
  std::map<RequestId, std::set<std::uint32_t>> endings_;
  bool violated_ = false;
};

// Both framers, a session and an observer: the proxy without its sockets.
class Bench {
 public:
  explicit Bench(std::uint32_t kept_bytes_max = kept_message_bytes_max, SessionLimits limits = {})
      : session_(limits),
        client_(Side::client, kept_bytes_max),
        server_(Side::server, kept_bytes_max) {}

  void pass(Side side, Bytes bytes);
  void vanish() { session_.finish(seen_); }
  void resume();  // both sides stand between two messages
  Session& session() { return session_; }
  TextObserver& seen() { return seen_; }

 private:
  Session session_;
  Framer client_;
  Framer server_;
  TextObserver seen_;
};

// A message without a body, or bytes as they are.
struct Empty {
  char tag = 0;
};
struct Raw {
  std::string bytes;
};
// ErrorResponse and NoticeResponse of severity and SQLSTATE.
struct Failure {
  std::string_view sqlstate = "42601";
  std::string_view severity = "ERROR";
};
struct Notice {
  std::string_view message = "";
};
struct Copy {
  char tag = CopyResponse::in_tag;
  std::uint8_t format = 0;
};

void encode(const Empty& message, std::string& out);
void encode(const Raw& message, std::string& out);
void encode(const Failure& message, std::string& out);
void encode(const Notice& message, std::string& out);
void encode(const Copy& message, std::string& out);

template <typename Message>
std::string to_bytes(const Message& message) {
  std::string out;
  encode(message, out);
  return out;
}

class Script {
 public:
  // With start-up done; otherwise the dialogue begins with what follows the StartupMessage.
  explicit Script(bool started = true, SessionLimits limits = {})
      : started_(started), limits_(limits) {}
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;
  ~Script();

  template <typename Message>
  Script& client(const Message& message, std::vector<std::string> seen = {}) {
    lines_.push_back({Side::client, to_bytes(message), std::move(seen)});
    return *this;
  }
  template <typename Message>
  Script& server(const Message& message, std::vector<std::string> seen = {}) {
    lines_.push_back({Side::server, to_bytes(message), std::move(seen)});
    return *this;
  }
  // The peer is gone: what was open is told.
  Script& gone(std::vector<std::string> seen = {});
  // What the session says of itself at this point.
  Script& holds(bool (*condition)(const Session&));

 private:
  struct Line {
    Side side = Side::client;
    std::string bytes;
    std::vector<std::string> seen;
    bool gone = false;
    bool (*condition)(const Session&) = nullptr;
  };

  void start(Bench& bench) const;
  void play() const;
  void play_until(std::size_t vanishes_after, bool half_a_line_more) const;

  bool started_;
  SessionLimits limits_;
  std::vector<Line> lines_;
};

}  // namespace ride::protocol::test
