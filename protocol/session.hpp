// One connection after its start-up packets: which answer belongs to which request. Frames of both
// directions go in, in the order in which they pass the proxy (a request before it is sent on, an
// answer before it is sent on); what they mean comes out through the Observer, within the call.
//
// Attribution is by response: requests queue up, answers go to the head of the queue. Where the
// protocol leaves no doubt, there is none here either; where an answer fits nothing that was asked,
// the session says protocol_violation() and is lost: it reports what is open as cut, attributes
// nothing, and starts afresh behind the ReadyForQuery after which none is owed. It never throws
// (but bad_alloc) and never attributes by guess.
//
// Not thread-safe: one strand per session. Memory: 24 bytes per unanswered request, no bodies.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "protocol/answers.hpp"
#include "protocol/observer.hpp"

namespace ride::protocol {

struct SessionLimits {
  // Messages sent and not yet answered. PostgreSQL reads no further than its answers are read, so
  // only a client that means harm gets here; from then on its requests are all reported as cut.
  std::uint32_t pending_messages_max = 1'000'000;
};

class Session {
 public:
  explicit Session(SessionLimits limits = {}) : limits_(limits) {}

  void on(Side sender, const Frame& frame, Observer& out);
  // The framer of this side broke: no more frames will come from it.
  void on_broken(Side sender, const DecodeError& error, Observer& out);
  // Where both sides can be read again, which Resync knows: the server waits for what comes next.
  // That first batch is not attributed, since answers to what was not read may still come.
  void resume(Observer& out);
  // The connection is over. Requests still open are reported as cut. A second call does nothing.
  void finish(Observer& out);

  // While results or a COPY come from this side, the type of message that goes on with them, else
  // 0: of these any number changes no state. Those that were passed over are told by passed_over().
  char goes_on_with(Side sender) const;
  void passed_over(Side sender, const Framer::Run& run);

  // Outside any transaction with nothing to be answered: a good moment to hold requests back.
  bool idle() const { return phase_ == Phase::open && status_ == TxStatus::idle && !busy(); }
  bool busy() const;  // an answer is owed, or PostgreSQL skips until Sync
  bool started() const { return phase_ != Phase::starting; }
  bool lost() const { return phase_ == Phase::lost; }
  bool over() const { return phase_ == Phase::over; }     // nothing more is followed
  TxStatus status() const { return status_; }             // after the last ReadyForQuery
  bool mid_batch() const { return batch_requests_ > 0; }  // no Sync yet behind what was sent
  RequestId in_flight() const;                            // the request being answered, or 0
  // Of the request that is being answered: request, ordinal, bytes_in and bytes_out as its Ended
  // would have them if it came now.
  Ended so_far() const;
  RequestId last_request() const { return last_request_; }

 private:
  enum class Phase : std::uint8_t {
    starting,  // up to the first ReadyForQuery
    open,
    lost,  // until no ReadyForQuery is owed
    over,  // nothing will be answered, or nothing we could follow
  };
  // What PostgreSQL does with requests that arrive now.
  enum class Intake : std::uint8_t {
    queueing,
    skipping,   // it drops them until Sync
    uncertain,  // it does the one or the other, depending on where COPY failed
  };
  static constexpr std::string_view request_in_doubt =
      "request that a failed COPY leaves skipped or not";
  struct Pending {
    Item item = Item::sync;
    std::uint32_t count = 0;  // Sync: requests in its batch; copy_data: messages
    RequestId request = 0;    // Sync: the last one before it
    std::uint64_t bytes = 0;  // request: on the wire; copy_data: payload
  };
  // The answer to the head of the queue, as far as it has come; counters since the last ending.
  struct Progress {
    Step step = Step::untouched;
    std::uint32_t ordinal = 0;
    std::uint64_t rows = 0;
    std::uint64_t row_bytes = 0;
    std::uint64_t copy_bytes = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
  };

  // session.cpp: what the client sends.
  void on_client(const Frame& frame, Observer& out);
  template <typename Message>
  void on_request(Item item, const Frame& frame, Message (*read)(Reader&),
                  void (Observer::*tell)(RequestId, const Message&, std::uint64_t), Observer& out);
  void on_proof(const Frame& frame, Observer& out);
  void on_sync(const Frame& frame, Observer& out);
  void on_flush(const Frame& frame, Observer& out);
  bool takes_copy_data() const;
  void on_client_copy_data(const Frame& frame, Observer& out);

  // session_answers.cpp: what the server sends.
  void on_server(const Frame& frame, Observer& out);
  void on_row(const Frame& frame, Observer& out);
  bool on_asynchronous(const Frame& frame, Observer& out);
  void on_start_up(const Frame& frame, Observer& out);
  void on_answer(Answer answer, const Frame& frame, Observer& out);
  void on_stray(Answer answer, const Frame& frame, Observer& out);
  void on_result(Answer answer, const Frame& frame, Observer& out);
  void on_error(Step step, const Frame& frame, Observer& out);
  void on_ready(const Frame& frame, Observer& out);
  void begin_copy(const Frame& frame, CopyDirection direction, Observer& out);
  void end_statement(Ended ended, Observer& out);

  // session_queue.cpp: the queue; Syncs that COPY may have swallowed; being lost.
  void enqueue(const Pending& pending, char tag, Observer& out);
  void pop();
  void pop_unanswered();
  void settle(Answer answer);
  std::uint32_t syncs_ahead() const;
  void take_early_copy_data(Observer& out);
  void forget_swallowed_syncs();
  bool doubt_swallowed_syncs();
  void skip_to_sync();
  void skip_in_doubt(Observer& out);
  void doubt(Item item);
  void cut_in_doubt(Item item, const Ended& cut, char tag, Observer& out);
  const Pending* next_certain() const;
  static RequestKind kind_of(Item item);
  void lose(Side side, char tag, std::string_view why, Observer& out);
  void ready_while_lost(TxStatus status, Observer& out);
  void cut_head(Observer& out);
  void cut_all(Observer& out);

  SessionLimits limits_;
  Phase phase_ = Phase::starting;
  Intake intake_ = Intake::queueing;
  TxStatus status_ = TxStatus::unknown;
  bool sasl_offered_ = false;  // and not taken up yet
  RequestId last_request_ = 0;
  std::uint32_t batch_requests_ = 0;  // since the last message that owes a ReadyForQuery
  std::deque<Pending> queue_;         // Invariant: its head is neither copy_data nor copy_end
  std::uint32_t copy_ends_ = 0;       // copy_end items in the queue
  Progress progress_;                 // of the head
  // ReadyForQuery that went to a maybe_sync could as well have been that of a certain Sync, in a
  // queue with no request before it. So many of the next Syncs may have theirs: the next answer of
  // another kind decides. Invariant: <= syncs_ahead()
  std::uint32_t syncs_maybe_answered_ = 0;
  // While lost because of a failed COPY: how many ReadyForQuery come besides those owed in the
  // queue, and whether answers come before the next, if they come at all.
  std::uint32_t readies_in_doubt_ = 0;
  bool batch_in_doubt_ = false;
};

}  // namespace ride::protocol
