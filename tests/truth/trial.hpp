// Clients, a proxy and a real server, for the question whether the record tells the truth about
// transactions. Every statement leaves a mark of its own in the table `mark`, and carries its
// number as a comment. When all clients are gone, the marks that are there must be those of the
// statements that the facts call committed.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "journal/facts/facts.hpp"
#include "protocol/messages.hpp"
#include "tests/proxy/recording.hpp"

namespace ride::test {

// A server for trials, with the table, functions and constraints that they use.
std::unique_ptr<Postgres> make_trial_server();
// Rolls back what is prepared.
void forget_prepared(const Postgres& server);

// "INSERT /*7*/ INTO mark VALUES (7)".
std::string put(int mark);
// The same by a function: "SELECT /*7*/ put(7)".
std::string call_put(int mark);

// One raw session through a proxy as `oncall`. Its destructor closes the socket without a goodbye.
class Talk {
 public:
  explicit Talk(Recording& recording, std::string_view database = "postgres");

  template <typename... Messages>
  Talk& send(const Messages&... messages) {
    std::string bytes;
    (protocol::encode(messages, bytes), ...);
    return send_bytes(bytes, (0 + ... + owes_ready(Messages::tag)));
  }
  // `owed`: how many ReadyForQuery they ask for.
  Talk& send_bytes(std::string_view bytes, int owed) {
    owed_ += owed;
    client_.send(bytes);
    return *this;
  }
  static constexpr int owes_ready(char tag) {
    return tag == 'Q' || tag == 'S' || tag == 'F' ? 1 : 0;
  }
  // Sends, and takes in what comes until nothing more is owed, or the connection ends: the types of
  // the messages that came, in order, with the SQLSTATE behind each E ("TDCZ", "E22012Z").
  template <typename... Messages>
  std::string ask(const Messages&... messages) {
    return send(messages...).answers();
  }
  std::string sql(std::string_view text) { return ask(protocol::Query{text}); }
  std::string answers();
  // Waits until the server says so many messages of this type.
  void until(char type, int count);
  void vanish() { client_.reset(); }  // at once, by RST
  int pid() const { return pid_; }
  bool over() const { return over_; }  // the end was seen

 private:
  bool take();  // one message; false at the end

  RawClient client_;
  std::string unread_;
  std::string word_;  // of the last message
  char type_ = 0;
  int owed_ = 1;
  int pid_ = 0;
  bool over_ = false;
};

class Trial {
 public:
  explicit Trial(const Postgres& server);

  Recording& recording() { return recording_; }
  const Postgres& server() const { return server_; }
  // Waits until this backend waits for that event ("PgSleep", "ClientRead", …).
  void until(int pid, const std::string& wait_event);

  // Waits until no client is left, on the proxy and on the server, and reads both. Once.
  void end();
  const journal::facts::Facts& facts() const { return facts_; }
  const std::set<int>& there() const { return there_; }
  // Of each statement that has a mark: "7 committed", "8 failed 22012", in their order.
  std::vector<std::string> told() const;
  // What contradicts what is there, or the statements told one by one; "" where nothing does.
  std::string untruth() const;

 private:
  const Postgres& server_;
  Recording recording_;
  journal::facts::Facts facts_;
  std::map<std::int64_t, std::string> streamed_;  // outcomes by n
  std::set<int> there_;
};

// The mark in a statement's text, or 0.
int mark_of(const journal::facts::StatementRow& row);

}  // namespace ride::test
