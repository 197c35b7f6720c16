// Stores signed checkpoints of one file, and says when the next one is due: so many events, or so
// long, behind the last. The caller's transaction, the caller's thread.
#pragma once

#include <chrono>

#include "journal/checkpoint.hpp"
#include "journal/database.hpp"

namespace ride::journal {

inline constexpr Seq unsigned_events_max = 10'000;
inline constexpr std::chrono::seconds unsigned_wait_max{60};

class Signer {
 public:
  using Clock = std::chrono::steady_clock;

  // The database must outlive it. `signed_size` is that of the last checkpoint, or the last event
  // where there is none.
  Signer(const Database& database, SigningKey key, Seq signed_size);

  bool is_due(const ChainState& state, Clock::time_point now = Clock::now()) const;
  // In the place of what stands there for the same size, unless that stands for what was pruned.
  void sign(const Checkpoint& checkpoint);

 private:
  SigningKey key_;
  Statement insert_key_;
  Statement insert_checkpoint_;
  Seq signed_size_;
  Clock::time_point signed_at_ = Clock::now();
};

}  // namespace ride::journal
