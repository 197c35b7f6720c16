// Level `power`: brings rings to the disk for producers that may not go on before what they
// appended is there. One thread serves all rings: what is asked for while it waits for the disk is
// done by its next fdatasync, one for each ring, however many asked (group commit).
//
// An fdatasync that fails is not tried again, because the kernel may have let go of the pages it
// could not write: the journal has failed then, for good.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "journal/ring.hpp"

namespace ride::journal {

class DrainState;

// What a recording promises; docs/durability.md has the words.
enum class Level : std::uint8_t {
  process,  // survives the death of ride
  power,    // what was answered survives the death of the machine
};

class Durability {
 public:
  // One ring's share. Anybody may ask and look.
  class Ticket {
   public:
    Ticket(Durability& owner, Ring& ring) : owner_(owner), ring_(ring) {}

    // Whether all up to a position of the ring is on disk. At level `power` a ring's space is given
    // back only after SQLite has brought its events to the disk, so that counts as well.
    bool reached(std::uint64_t position) const noexcept {
      return synced_.load(std::memory_order_acquire) >= position || ring_.drained() >= position;
    }
    // Asks for all up to a position that was appended. Returns at once; `told` is called once it is
    // there, and when the journal fails.
    void ask(std::uint64_t position);
    // Called on the thread of Durability after each fdatasync of this ring, under its lock: it may
    // wake somebody, and no more. Once this has returned, the one before is not called any more.
    void tell(std::function<void()> told);

   private:
    friend class Durability;
    Durability& owner_;
    Ring& ring_;
    std::atomic<std::uint64_t> synced_{0};
    std::uint64_t asked_ = 0;  // behind the owner's mutex
    std::function<void()> told_;
  };

  // Both must outlive it; so must the rings of its tickets.
  explicit Durability(DrainState& drain);
  ~Durability();
  Durability(const Durability&) = delete;
  Durability& operator=(const Durability&) = delete;

  // Lives as long as this does.
  Ticket& add(Ring& ring);

  std::uint64_t syncs() const noexcept { return syncs_.load(); }  // fdatasyncs so far

 private:
  struct Due {
    Ticket* ticket;
    std::uint64_t position;
  };

  void thread_main();
  std::vector<Due> wait_for_work();
  void sync(const Due& due);

  DrainState& drain_;
  std::atomic<std::uint64_t> syncs_{0};
  std::mutex mutex_;  // guards what follows, and asked_ of each ticket
  std::condition_variable wake_;
  std::deque<Ticket> tickets_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace ride::journal
