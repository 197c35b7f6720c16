// One of a learner's sessions, opened once more: sends recorded requests and follows what comes
// back. libpq logs in, because it knows all ways to; from then on the messages are ours, so that
// portals, limits and pipelines are as they were recorded. One thread; nothing here blocks but the
// log-in. Through a TLS connection no messages of ours can go: it is refused.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "protocol/session.hpp"
#include "proxy/described.hpp"
#include "replay/rerun_plan.hpp"

namespace ride::cli {

using LoginWords = std::vector<std::pair<std::string, std::string>>;  // libpq's keywords

// The server said no.
class LoginRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class RerunSession : private protocol::Observer {
 public:
  // Throws LoginRefused.
  explicit RerunSession(const LoginWords& words);
  ~RerunSession() override;

  int descriptor() const { return PQsocket(connection_.get()); }
  int pid() const { return pid_; }
  bool wants_to_write() const { return !out_.empty(); }

  void send(const replay::Request& request, const std::vector<std::int64_t>& pids);
  // Answers are wanted before the recorded client sent its Sync, so it had asked for them.
  void ask_for_answers();
  void say_goodbye();
  void close_without_a_word();
  void cancel() const;
  // Writes and reads as much as goes without waiting.
  void transfer();

  // The server has ended it, or it is closed.
  bool gone() const { return gone_; }
  // No request is without its answer.
  bool idle() const { return !protocol_.busy() && out_.empty(); }
  // Whether nothing more will come for this request.
  bool settled(journal::Seq request) const { return gone_ || through_ >= request; }
  // What came of a statement, once it has come; forgets it.
  std::optional<replay::Outcome> take(journal::Seq request, std::uint32_t ordinal);
  bool has_ended(journal::Seq request, std::uint32_t ordinal) const;

 private:
  struct Close {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  };

  void write(const std::string& bytes);
  void receive();
  journal::Seq seq_of(protocol::RequestId request) const;
  const replay::Request* find(protocol::RequestId request) const;

  void row_description(protocol::RequestId request, std::uint32_t ordinal, Bytes body,
                       std::uint64_t body_bytes) override;
  void copy_began(protocol::RequestId request, std::uint32_t ordinal,
                  protocol::CopyDirection direction, std::uint8_t format) override;
  void ended(const protocol::Ended& ended) override;
  void ready(protocol::RequestId through, protocol::TxStatus status) override;

  std::unique_ptr<PGconn, Close> connection_;
  int pid_ = 0;
  protocol::Session protocol_;
  protocol::Framer client_{protocol::Side::client};
  protocol::Framer server_{protocol::Side::server};
  proxy::Described described_;
  std::string out_;
  std::deque<const replay::Request*> sent_;  // not yet settled; of the plan, which outlives us
  protocol::RequestId first_ = 1;            // the number of sent_.front()
  std::map<std::pair<journal::Seq, std::uint32_t>, replay::Outcome> outcomes_;
  std::map<std::pair<journal::Seq, std::uint32_t>, std::string> columns_;  // of answers under way
  std::string copying_;  // what a COPY that has begun wants to be sent
  journal::Seq through_ = 0;
  bool gone_ = false;
};

}  // namespace ride::cli
