// How long the writer rests until its next transaction. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "journal/writer.hpp"

namespace ride::journal {

// Longer while the rings stay nearly empty, shorter when they fill: a producer that becomes sixteen
// times as fast from one rest to the next still finds room.
inline std::chrono::milliseconds next_rest(std::chrono::milliseconds last,
                                           std::uint64_t drained_bytes,
                                           const WriterOptions& options) {
  constexpr std::uint64_t full_part = 16;
  constexpr std::uint64_t empty_part = 64;
  if (drained_bytes > options.ring_bytes / full_part) last /= 2;
  if (drained_bytes < options.ring_bytes / empty_part) last *= 2;
  return std::clamp(last, options.rest_min, options.rest_max);
}

}  // namespace ride::journal
