// The one clock of a run: microseconds since the Unix epoch that never step backwards. Wall time is
// read once, when the clock is made; from then on it advances with the monotonic clock, so that two
// times in one file can always be subtracted. Any thread may call now_us().
#pragma once

#include <chrono>
#include <cstdint>

namespace ride {

class Clock {
 public:
  std::int64_t now_us() const {
    const auto passed = std::chrono::steady_clock::now() - started_;
    return base_us_ + std::chrono::duration_cast<std::chrono::microseconds>(passed).count();
  }

 private:
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::int64_t base_us_ = std::chrono::duration_cast<std::chrono::microseconds>(
                              std::chrono::system_clock::now().time_since_epoch())
                              .count();
};

}  // namespace ride
