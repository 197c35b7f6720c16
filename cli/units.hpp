// Sizes and times as people write them in options and configuration: 512MiB, 24h.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ride::cli {

// Bytes: digits, alone or with KiB, MiB, GiB or TiB (or K, M, G, T, which mean the same). nullopt:
// no size, or one beyond 64 bits.
std::optional<std::uint64_t> parse_size(std::string_view text);

// Digits, alone (seconds) or with s, min, h or d.
std::optional<std::chrono::seconds> parse_time(std::string_view text);

}  // namespace ride::cli
