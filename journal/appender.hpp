// How events get into the record. An Appender belongs to one thread (each I/O thread has its own)
// and makes no system call; a SharedAppender may be used by any thread and waits while its ring is
// full. Both come from a Writer and live as long as it does.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <span>
#include <string>
#include <utility>

#include "base/bytes.hpp"
#include "journal/durability.hpp"
#include "journal/event.hpp"
#include "journal/ring.hpp"

namespace ride::journal {

// Hands out the numbers of the one total order. A number that was drawn must be written.
class Sequence {
 public:
  explicit Sequence(Seq last = 0) : last_(last) {}
  Seq draw() { return last_.fetch_add(1) + 1; }
  Seq last() const { return last_.load(); }

 private:
  std::atomic<Seq> last_;
};

// What the writer tells those who produce: that it failed, that it goes on, that space was freed.
class DrainState {
 public:
  bool failed() const noexcept { return failed_.load(std::memory_order_acquire); }
  std::string failure() const;  // one line; empty while nothing failed

  bool failed_for_good() const;

  void fail(std::string message);
  void fail_for_good(std::string message);
  void resume();  // unless it failed for good
  void freed();
  // Returns when space was freed since the call, on failure, or after a short while.
  void wait_freed();

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t freed_count_ = 0;
  std::string failure_;
  bool for_good_ = false;
  std::atomic<bool> failed_{false};
};

// For one thread at a high rate. Ask room() before, for the sum of the bodies and their number;
// where there is none, stop reading from the client and ask again a little later (back pressure).
class Appender {
 public:
  Appender(Ring ring, Sequence& sequence) : ring_(std::move(ring)), sequence_(sequence) {}

  // At level `power`: how what was appended comes to the disk. Null at level `process`.
  Durability::Ticket* durability() const { return ticket_; }
  void set_durability(Durability::Ticket& ticket) { ticket_ = &ticket; }
  std::uint64_t position() const { return ring_.head(); }  // behind what was appended last

  std::size_t body_bytes_max() const { return ring_.body_bytes_max(); }
  bool room(std::size_t body_bytes, std::size_t events = 1) const {
    return ring_.room(body_bytes, events);
  }
  // Draws the seq and writes the frame; the event survives the process from here on. The body is
  // the parts one after the other. There must be room, and the body must not exceed
  // body_bytes_max().
  Seq append(Kind kind, ConnectionId connection, std::int64_t at_us, Bytes body);
  Seq append(Kind kind, ConnectionId connection, std::int64_t at_us, std::span<const Bytes> parts);

  Ring& ring() { return ring_; }

 private:
  Ring ring_;
  Durability::Ticket* ticket_ = nullptr;
  Sequence& sequence_;
};

// For actors, log follower, control: any thread, low rates.
class SharedAppender {
 public:
  SharedAppender(Ring ring, Sequence& sequence, DrainState& drain)
      : appender_(std::move(ring), sequence), drain_(drain) {}

  std::size_t body_bytes_max() const { return appender_.body_bytes_max(); }
  // Waits for room. Throws std::length_error for a body above body_bytes_max(), and
  // std::runtime_error with the writer's failure when the ring is full and will not be drained any
  // more.
  Seq append(Kind kind, ConnectionId connection, std::int64_t at_us, Bytes body);

  Ring& ring() { return appender_.ring(); }

 private:
  std::mutex mutex_;
  Appender appender_;
  DrainState& drain_;
};

}  // namespace ride::journal
