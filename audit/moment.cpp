#include "audit/moment.hpp"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace ride::audit {
namespace {

constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_s = 86'400;

// Reads what stands before it and moves on; a reader that failed once reads nothing more.
class Digits {
 public:
  explicit Digits(std::string_view text) : rest_(text) {}

  std::int64_t number(std::size_t width) {
    std::int64_t value = 0;
    const auto part = rest_.substr(0, width);
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (part.size() != width || error != std::errc() || end != part.data() + width || value < 0)
      fine_ = false;
    rest_.remove_prefix(part.size());
    return value;
  }
  void expect(char c) {
    if (!take(c)) fine_ = false;
  }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Digits behind a point, as microseconds.
  std::int64_t fraction() {
    std::int64_t value = 0;
    std::int64_t unit = second_us;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      unit /= 10;
      value += (rest_.front() - '0') * unit;
      rest_.remove_prefix(1);
    }
    return value;
  }
  bool at_end() const { return rest_.empty(); }
  bool fine() const { return fine_; }

 private:
  std::string_view rest_;
  bool fine_ = true;
};

std::optional<std::int64_t> parse_date(std::string_view text) {
  Digits digits(text);
  const auto year = digits.number(4);
  digits.expect('-');
  const auto month = digits.number(2);
  digits.expect('-');
  const auto day = digits.number(2);
  std::int64_t us = 0;
  if (!digits.at_end()) {
    if (!digits.take('T')) digits.expect(' ');
    us += digits.number(2) * 3'600 * second_us;
    digits.expect(':');
    us += digits.number(2) * 60 * second_us;
    if (digits.take(':')) us += digits.number(2) * second_us;
    if (digits.take('.')) us += digits.fraction();
    digits.take('Z');
  }
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!digits.fine() || !digits.at_end() || !date.ok() || us >= day_s * second_us)
    return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count() * day_s * second_us + us;
}

}  // namespace

std::string iso_time(std::int64_t us) {
  auto days = us / (day_s * second_us);
  auto rest = us % (day_s * second_us);
  if (rest < 0) {
    rest += day_s * second_us;
    --days;
  }
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(static_cast<int>(days)))};
  char out[64];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(rest / second_us / 3'600),
                static_cast<int>(rest / second_us / 60 % 60),
                static_cast<int>(rest / second_us % 60), static_cast<int>(rest % second_us));
  return out;
}

std::optional<std::int64_t> parse_age(std::string_view text) {
  std::int64_t count = 0;
  const auto* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || stopped + 1 != end || count < 0 || count > 1'000'000)
    return std::nullopt;
  switch (*stopped) {
    case 'd':
      return count * day_s * second_us;
    case 'h':
      return count * 3'600 * second_us;
    case 'm':
      return count * 60 * second_us;
    case 's':
      return count * second_us;
    default:
      return std::nullopt;
  }
}

std::optional<std::int64_t> parse_moment(std::string_view text, std::int64_t now_us) {
  if (const auto age = parse_age(text)) return now_us - *age;
  return parse_date(text);
}

std::string duration_text(std::int64_t us) {
  const auto seconds = static_cast<double>(us) / 1e6;
  char out[48];
  if (seconds < 1) {
    std::snprintf(out, sizeof out, "%.1f ms", seconds * 1e3);
  } else if (seconds < 120) {
    std::snprintf(out, sizeof out, "%.1f s", seconds);
  } else if (seconds < 7'200) {
    std::snprintf(out, sizeof out, "%.0f min", seconds / 60);
  } else if (seconds < 172'800) {
    std::snprintf(out, sizeof out, "%.1f h", seconds / 3'600);
  } else {
    std::snprintf(out, sizeof out, "%.1f d", seconds / 86'400);
  }
  return out;
}

}  // namespace ride::audit
