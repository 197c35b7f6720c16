#include "cli/units.hpp"

#include <charconv>
#include <limits>
#include <span>
#include <utility>

namespace ride::cli {
namespace {

using Unit = std::pair<std::string_view, std::uint64_t>;

std::optional<std::uint64_t> parse(std::string_view text, std::span<const Unit> units) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  for (const auto& [name, factor] : units) {
    if (text != name) continue;
    if (number > std::numeric_limits<std::int64_t>::max() / factor) return std::nullopt;
    return number * factor;
  }
  return std::nullopt;
}

constexpr std::uint64_t kib = 1'024;
constexpr Unit sizes[] = {{"", 1},
                          {"KiB", kib},
                          {"MiB", kib* kib},
                          {"GiB", kib* kib* kib},
                          {"TiB", kib* kib* kib* kib},
                          {"K", kib},
                          {"M", kib* kib},
                          {"G", kib* kib* kib},
                          {"T", kib* kib* kib* kib}};
constexpr Unit times[] = {{"", 1}, {"s", 1}, {"min", 60}, {"h", 3'600}, {"d", 86'400}};

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) { return parse(text, sizes); }

std::optional<std::chrono::seconds> parse_time(std::string_view text) {
  const auto seconds = parse(text, times);
  if (!seconds) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

}  // namespace ride::cli
