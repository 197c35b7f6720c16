#include "cli/promise.hpp"

namespace ride::cli {
namespace {

std::string name_rules(const scorer::Verdict& verdict, bool traps) {
  std::string out;
  for (const auto& rule : verdict.checks)
    if ((rule.part == scorer::Part::trap) == traps && rule.mark != scorer::Mark::pass)
      out += (out.empty() ? "" : ", ") + rule.id +
             (rule.mark == scorer::Mark::unknown ? " (unknown)" : "");
  return out;
}

std::string not_full(const scorer::Verdict& verdict) {
  if (verdict.total.points == verdict.total.of) return "";
  const auto missed = name_rules(verdict, false);
  const auto sprung = name_rules(verdict, true);
  return std::to_string(verdict.total.points) + " of " + std::to_string(verdict.total.of) +
         (missed.empty() ? "" : "; not passed: " + missed) +
         (sprung.empty() ? "" : "; sprung: " + sprung);
}

std::string not_partial(int expect, const scorer::Verdict& verdict) {
  const int total = verdict.total.points;
  if (expect >= 0 && total != expect)
    return "expected " + std::to_string(expect) + ", and it is " +
           (total == verdict.total.of ? std::to_string(total) : not_full(verdict));
  if (expect < 0 && total == verdict.total.of) return "earns full marks";
  return "";
}

std::string not_floor(const scorer::Verdict& verdict) {
  if (verdict.detect.points == 0 && verdict.fix.points == 0 && name_rules(verdict, true).empty())
    return "";
  std::string passed;
  for (const auto& rule : verdict.checks)
    if (rule.part != scorer::Part::trap && rule.mark == scorer::Mark::pass) passed += " " + rule.id;
  return "doing nothing earns " + std::to_string(verdict.total.points) + ":" + passed +
         (name_rules(verdict, true).empty() ? "" : " " + name_rules(verdict, true));
}

}  // namespace

std::string broken_promise(const Trying& trying, const scorer::Verdict& verdict) {
  switch (trying.task) {
    case Task::seed:
      return "";
    case Task::noop:
      return not_floor(verdict);
    case Task::solution:
    case Task::reading:
      return not_full(verdict);
    case Task::trap: {
      const auto sprung = name_rules(verdict, true);
      if (sprung == trying.springs) return "";
      return "should spring " + trying.springs + ", and springs " +
             (sprung.empty() ? "none" : sprung);
    }
    case Task::partial:
      return not_partial(trying.expect, verdict);
  }
  return "";
}

}  // namespace ride::cli
