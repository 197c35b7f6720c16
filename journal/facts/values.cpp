// to_text() of wire.hpp: binary values of the common types.
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "journal/facts/wire.hpp"

namespace ride::journal::facts {
namespace {

// Type oids of pg_type.dat, which never change.
enum Oid : std::uint32_t {
  unspecified = 0,
  boolean = 16,
  bytea = 17,
  one_char = 18,
  name = 19,
  int8 = 20,
  int2 = 21,
  int4 = 23,
  text = 25,
  oid = 26,
  json = 114,
  xml = 142,
  float4 = 700,
  float8 = 701,
  unknown = 705,
  bpchar = 1042,
  varchar = 1043,
  date = 1082,
  timestamp = 1114,
  timestamptz = 1184,
  numeric = 1700,
  uuid = 2950
};

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
  return value;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\\x";
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    out += digits[value >> 4U];
    out += digits[value & 15U];
  }
  return out;
}

std::string signed_integer(std::string_view raw) {
  const auto value = big_endian(raw);
  if (raw.size() == 2) return std::to_string(static_cast<std::int16_t>(value));
  if (raw.size() == 4) return std::to_string(static_cast<std::int32_t>(value));
  return std::to_string(static_cast<std::int64_t>(value));
}

template <typename Float>
std::string floating(Float value) {
  std::array<char, 64> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), end};
}

// Microseconds since 2000-01-01 00:00 UTC; the extremes stand for infinity.
std::string time_text(std::int64_t micros, bool zone) {
  using namespace std::chrono;
  constexpr std::int64_t reach = 250'000LL * 365 * 86'400 * 1'000'000 / 10;
  if (micros > reach) return "infinity";
  if (micros < -reach) return "-infinity";
  const auto epoch = sys_days{year{2000} / January / 1};
  const auto moment = sys_time<microseconds>(epoch) + microseconds{micros};
  const auto day = floor<days>(moment);
  const year_month_day date{day};
  const hh_mm_ss clock{moment - day};
  std::array<char, 80> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02u %02d:%02d:%02d.%06d%s",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()), zone ? "+00" : "");
  return buffer.data();
}

std::string date_text(std::int32_t days) {
  constexpr std::int64_t day_us = 86'400LL * 1'000'000;
  if (days == INT32_MAX || days == INT32_MIN) return days > 0 ? "infinity" : "-infinity";
  const auto text = time_text(std::int64_t{days % 10'000'000} * day_us, false);
  return text.substr(0, text.find(' '));
}

std::string uuid_text(std::string_view raw) {
  auto digits = hex(raw).substr(2);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) digits.insert(at, "-");
  return digits;
}

// numeric: count of base-10000 digits, weight of the first, sign, scale, digits; 16 bits each.
std::string numeric_text(std::string_view raw) {
  const auto word = [&](std::size_t i) {
    return static_cast<std::uint16_t>(big_endian(raw.substr(i * 2, 2)));
  };
  if (raw.size() < 8 || raw.size() != 8 + std::size_t{word(0)} * 2) return hex(raw);
  if (word(2) == 0xC000) return "NaN";
  const int weight = static_cast<std::int16_t>(word(1));
  const int scale = word(3);
  const auto group = [&](int i) {  // the base-10000 digit of weight i
    const int index = weight - i;
    return index >= 0 && index < word(0) ? int{word(4 + static_cast<std::size_t>(index))} : 0;
  };
  std::string out;
  for (int i = std::max(weight, 0); i >= 0; --i) {
    auto part = std::to_string(group(i));
    if (!out.empty()) part.insert(0, 4 - part.size(), '0');
    if (!out.empty() || part != "0" || i == 0) out += part;
  }
  std::string fraction;
  for (int i = -1; static_cast<int>(fraction.size()) < scale; --i) {
    auto part = std::to_string(group(i));
    fraction += part.insert(0, 4 - part.size(), '0');
  }
  fraction.resize(static_cast<std::size_t>(scale));
  if (!fraction.empty()) out += "." + fraction;
  return (word(2) == 0x4000 ? "-" : "") + out;
}

std::string binary_text(std::string_view raw, std::uint32_t type) {
  switch (type) {
    case boolean:
      return raw.size() == 1 && raw[0] != 0 ? "t" : "f";
    case int2:
    case int4:
    case int8:
      return signed_integer(raw);
    case oid:
      return std::to_string(big_endian(raw));
    case float4:
      return raw.size() == 4
                 ? floating(std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(raw))))
                 : hex(raw);
    case float8:
      return raw.size() == 8 ? floating(std::bit_cast<double>(big_endian(raw))) : hex(raw);
    case one_char:
    case name:
    case text:
    case json:
    case xml:
    case unknown:
    case bpchar:
    case varchar:
      return std::string(raw);
    case timestamp:
    case timestamptz:
      return raw.size() == 8
                 ? time_text(static_cast<std::int64_t>(big_endian(raw)), type == timestamptz)
                 : hex(raw);
    case date:
      return raw.size() == 4 ? date_text(static_cast<std::int32_t>(big_endian(raw))) : hex(raw);
    case numeric:
      return numeric_text(raw);
    case uuid:
      return raw.size() == 16 ? uuid_text(raw) : hex(raw);
    case unspecified:  // Parse left the type to the server: a number by its width, in practice
      return raw.size() == 2 || raw.size() == 4 || raw.size() == 8 ? signed_integer(raw) : hex(raw);
    default:
      return hex(raw);
  }
}

}  // namespace

Value to_text(const Value& raw, std::uint32_t type, bool binary) {
  if (!raw || !binary) return raw;
  return binary_text(*raw, type);
}

}  // namespace ride::journal::facts
