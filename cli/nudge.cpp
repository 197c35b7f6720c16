#include "cli/nudge.hpp"

#include <algorithm>

namespace ride::cli {

std::string nudge_of(const scorer::Rules& rules, const scorer::Verdict& so_far) {
  const auto is_seen = [&](const scorer::DetectItem& item) {
    return std::any_of(so_far.checks.begin(), so_far.checks.end(), [&](const auto& check) {
      return check.part == scorer::Part::detect && check.id == item.id &&
             check.mark == scorer::Mark::pass;
    });
  };
  std::string seen;
  bool all = true;
  std::string nudge;
  for (const auto& item : rules.detect) {
    if (is_seen(item)) {
      seen += (seen.empty() ? "" : "; ") + item.title;
      continue;
    }
    all = false;
    if (nudge.empty()) nudge = item.nudge;
  }
  if (all) return "You have seen all that there is to find: " + seen + ".";
  if (nudge.empty()) return "";
  return (seen.empty() ? "" : "You have seen: " + seen + ". ") + "Not yet: " + nudge;
}

}  // namespace ride::cli
