// Points in time as auditors write and read them. All in UTC, microseconds since the Unix epoch.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ride::audit {

// "2026-11-25T03:14:58.000123Z".
std::string iso_time(std::int64_t us);

// A date, a date with a time (T or a space between, seconds and fractions optional, Z optional), or
// an age as in parse_age(), counted back from `now_us`. nullopt for anything else.
std::optional<std::int64_t> parse_moment(std::string_view text, std::int64_t now_us);

// "90d", "12h", "30m", "10s": microseconds.
std::optional<std::int64_t> parse_age(std::string_view text);

// "1.2 ms", "3.4 s", "5 min", "2.0 h", "3.1 d".
std::string duration_text(std::int64_t us);

}  // namespace ride::audit
