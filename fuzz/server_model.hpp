// A server that keeps the rules: reads what it was sent, in order and as late as it likes, and
// answers as PostgreSQL may. It knows which request each of its answers is for, which is what a
// session has to find out. What it says where it has a choice is the caller's: one byte for each
// step.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "protocol/observer.hpp"

namespace ride::fuzz {

// What an answer is about.
struct Truth {
  enum class About { nobody, answer, ending, answer_and_ending, ready, fatal };
  About about = About::nobody;
  protocol::RequestId request = 0;
  std::uint32_t ordinal = 0;
  protocol::Ending how = protocol::Ending::complete;
  bool at_sync = false;
};

struct Said {
  char tag = 0;
  std::string body;
  Truth truth;
};

class ServerModel {
 public:
  // Of the client, as it passes the session. `request`: its number, or 0 where it has none.
  void receive(char tag, protocol::RequestId request, bool describes_portal = false);
  // The next thing it says; nothing where it waits for the client, or is gone.
  std::optional<Said> act(std::uint8_t choice);

  bool gone() const { return state_ == State::gone; }
  // It waits for a request, and skips none.
  bool at_rest() const { return state_ == State::reading && inbox_.empty() && !skipping_; }
  // A COPY failed while Syncs were on the way of which nobody but it can know whether COPY had read
  // them.
  bool in_doubt() const { return in_doubt_; }
  void forget_doubt() { in_doubt_ = false; }

 private:
  enum class State {
    reading,
    query,       // between the statements of a Query, or before the first
    rows,        // in the middle of a result
    describing,  // 't' has been said
    copy_in,
    copy_out,
    copy_both,
    owes_commit,  // a call has its result
    owes_ready,   // only Z can follow
    out_of_sync,  // FATAL follows
    gone,
  };
  struct Sent {
    char tag = 0;
    protocol::RequestId request = 0;
    bool describes_portal = false;
  };

  std::optional<Said> read(std::uint8_t choice);
  std::optional<Said> answer(const Sent& message, std::uint8_t choice);
  std::optional<Said> begin_statement(std::uint8_t choice);
  std::optional<Said> go_on(std::uint8_t choice);
  std::optional<Said> read_copy(std::uint8_t choice);
  std::optional<Said> send_copy(std::uint8_t choice);
  std::optional<Said> sync(std::uint8_t choice);
  Said begin_copy(char tag, State state);
  Said say(char tag, State then);            // an answer to the request at hand
  Said end(char tag, protocol::Ending how);  // the last one to its statement
  Said fail();
  Said fail_copy();
  Said fail_commit(protocol::RequestId last);
  Said ready(std::uint8_t choice);
  Said fatal();

  std::deque<Sent> inbox_;
  State state_ = State::reading;
  bool skipping_ = false;
  bool in_doubt_ = false;
  bool copy_read_sync_ = false;
  Sent at_hand_;  // the request that is being answered
  std::uint32_t ordinal_ = 0;
  protocol::RequestId read_last_ = 0;  // the last request that was read, or skipped
  std::uint32_t batch_successes_ = 0;  // since the last Z
};

}  // namespace ride::fuzz
