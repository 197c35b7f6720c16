// The one clock of a run: microseconds since the Unix epoch that never step backwards. Wall time is
// read once, when the clock is made; from then on it advances with the monotonic clock, so that two
// times in one file can always be subtracted. Any thread may call.
#pragma once

#include <chrono>
#include <cstdint>

namespace ride {

inline std::int64_t wall_time_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

class Clock {
 public:
  explicit Clock(std::int64_t (*wall_us)() = wall_time_us)
      : wall_us_(wall_us), base_us_(wall_us()) {}

  std::int64_t now_us() const {
    const auto passed = std::chrono::steady_clock::now() - started_;
    return base_us_ + std::chrono::duration_cast<std::chrono::microseconds>(passed).count();
  }

  // How far the machine's clock is ahead of ours by now: about 0, until somebody sets it.
  std::int64_t wall_ahead_us() const {
    constexpr std::int64_t interrupted_us = 1'000;  // between the two readings: one more try
    std::int64_t ahead = 0;
    for (int tries = 0; tries < 10; ++tries) {
      const auto before = now_us();
      ahead = wall_us_() - before;
      if (now_us() - before < interrupted_us) break;
    }
    return ahead;
  }

 private:
  std::int64_t (*wall_us_)();
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::int64_t base_us_;
};

}  // namespace ride
