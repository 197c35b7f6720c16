// Notices when the machine's clock is set, or the machine slept: our times go on as if nothing had
// happened, those in the server's log do not. One look every now and then, on the door's thread.
#pragma once

#include <cstdint>
#include <optional>

#include "proxy/io.hpp"

namespace ride::proxy {

struct Worker;

class ClockWatch {
 public:
  // By how much the machine's clock was set since the last look that told; `ahead_us` is how far it
  // is ahead of ours.
  std::optional<std::int64_t> look(std::int64_t ahead_us);

 private:
  static constexpr std::int64_t step_us_min = 20'000;  // less is the unevenness of two readings
  std::int64_t told_us_ = 0;
};

// Writes clock_stepped events until `*over`, which is set on the worker's thread before `timer`,
// the worker's, is cancelled: a timer that has just expired cannot be cancelled any more.
Awaitable<void> watch_clock(Worker* worker, Timer* timer, const bool* over);

}  // namespace ride::proxy
