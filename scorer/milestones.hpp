// The moments by which an attempt is told in a few lines, and two of them are compared: evidence
// first seen, sessions ended, checks and what was last changed for them, traps, hints, probes that
// turned healthy, the submit. In the order of statements; from the vocabulary and the verdict
// alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scorer/grade.hpp"
#include "scorer/rules.hpp"
#include "scorer/views.hpp"

namespace ride::scorer {

struct Milestone {
  // Equal in two attempts of a scenario where the same was reached: "evidence blocker", "ended
  // app_writer", "fix backfilled: pass", "trap ddl-queued", "hint 1", "probe NAME healthy",
  // "submit".
  std::string key;
  std::string title;  // of the rule, else empty
  bool good = true;   // false: a trap, a check that did not pass
  // The statement; of what is no statement's doing the last one before, 0: before all.
  std::int64_t n = 0;
  bool of_statement = false;
  std::optional<std::int64_t> at_us;  // where the record has a time of it
};

// A fix check stands where its tables were last changed, since the record does not say which
// statement made it pass; without such a change, or without tables, it stands at the submit.
std::vector<Milestone> read_milestones(const Vocabulary& vocabulary, const Rules& rules,
                                       const Verdict& verdict);

}  // namespace ride::scorer
