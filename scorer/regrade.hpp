// One attempt under two sets of rules: what the verdicts say, and rule by rule what makes them
// differ. Pure but for regrade(), which reads the attempt's file and never writes to it.
//
// What ran at submit ran once. A fix check that is the same (database, tables, sql and expect)
// keeps its recorded rows, whatever its name and points are now; a changed or new one is unknown.
// Workloads keep their recorded outcome by the actor's name. All else is asked of the record again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "scorer/card.hpp"
#include "scorer/grade.hpp"
#include "scorer/rules.hpp"

namespace ride::scorer {

// A rule of which anything differs.
struct RuleChange {
  Part part = Part::detect;
  std::string id;
  std::optional<RuleVerdict> before, after;  // absent: there was, there is no such rule
  std::vector<std::string> keys;             // of the rule's own text that differ, "seen", "points"
  bool evidence_differs = false;

  bool verdict_differs() const;
};

struct Regrade {
  std::string learner;
  Verdict before, after;
  std::vector<RuleChange> changes;  // detect, fix, traps; as the rules are now, then those gone

  bool verdict_differs() const;  // total, or the mark or points of any rule
};

std::vector<RuleChange> compare(const Rules& old_rules, const Verdict& before,
                                const Rules& new_rules, const Verdict& after);

// `rules` as written. Throws as score() does.
Regrade regrade(const std::filesystem::path& file, std::uint32_t attempt, const Rules& rules);

// For people, every line ends in a line feed; `name` stands in front.
std::string regrade_text(const std::string& name, const Regrade& regrade, CardStyle style);
// One line without line feed.
std::string regrade_json(const std::string& name, const Regrade& regrade);

}  // namespace ride::scorer
