#include "scorer/lock_mode.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace ride::scorer {
namespace {

struct Mode {
  std::string_view name;
  std::string_view conflicts;  // a column for each mode, in this order
};

constexpr std::array<Mode, 8> modes{{
    {"AccessShareLock", ".......x"},
    {"RowShareLock", "......xx"},
    {"RowExclusiveLock", "....xxxx"},
    {"ShareUpdateExclusiveLock", "...xxxxx"},
    {"ShareLock", "..xx.xxx"},
    {"ShareRowExclusiveLock", "..xxxxxx"},
    {"ExclusiveLock", ".xxxxxxx"},
    {"AccessExclusiveLock", "xxxxxxxx"},
}};

std::size_t place_of(std::string_view name) {
  const auto* const found =
      std::find_if(modes.begin(), modes.end(), [&](const Mode& mode) { return mode.name == name; });
  return static_cast<std::size_t>(found - modes.begin());
}

}  // namespace

bool locks_conflict(std::string_view one, std::string_view other) {
  const auto row = place_of(one), column = place_of(other);
  if (row == modes.size() || column == modes.size()) return true;
  return modes.at(row).conflicts.at(column) == 'x';
}

bool lock_covers(std::string_view strong, std::string_view weak) {
  return std::all_of(modes.begin(), modes.end(), [&](const Mode& mode) {
    return !locks_conflict(weak, mode.name) || locks_conflict(strong, mode.name);
  });
}

}  // namespace ride::scorer
