// How many a second: a bucket of tokens that fills evenly and holds one second's worth. A function
// of the times it is told; the caller owns the clock and the waiting.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace ride::proxy {

class Pace {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Duration = std::chrono::steady_clock::duration;

  // 0: no limit.
  explicit Pace(std::uint32_t per_second) : per_second_(per_second), tokens_(per_second) {}

  // From now on; the same number changes nothing.
  void set(std::uint32_t per_second) {
    if (per_second != per_second_) *this = Pace(per_second);
  }

  // How long until there is a token; zero: now.
  Duration wait(Time now) {
    if (per_second_ == 0) return Duration::zero();
    if (last_ != Time()) {
      const std::chrono::duration<double> passed = now - last_;
      tokens_ = std::min<double>(per_second_, tokens_ + passed.count() * per_second_);
    }
    last_ = now;
    if (tokens_ >= 1) return Duration::zero();
    const std::chrono::duration<double> missing((1 - tokens_) / per_second_);
    return std::chrono::duration_cast<Duration>(missing) + Duration(1);
  }

  void take() { tokens_ -= 1; }

 private:
  std::uint32_t per_second_;
  double tokens_;
  Time last_;
};

}  // namespace ride::proxy
