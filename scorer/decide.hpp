// One step of grading: what a rule's SQL says, over every assignment of ambiguous terminations.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scorer/rule_runner.hpp"
#include "scorer/views.hpp"

namespace ride::scorer {

enum class Finding : std::uint8_t {
  decisive,  // `decisive` SQL has rows
  unknown,   // it has none, and `unknown` SQL has
  nothing,   // neither
  redacted,  // what it reads was taken out of this copy; decide() does not know
  ambiguous  // it depends on which statement ended which session, or there are too many assignments
};

struct Decision {
  Finding finding = Finding::nothing;
  std::vector<Evidence> rows;  // of the SQL that found something; none where ambiguous

  bool operator==(const Decision&) const = default;
};

// `unknown` may be empty. `name` is for errors: "detect/blocker". Throws RuleError.
Decision decide(Vocabulary& vocabulary, const std::string& name, const std::string& decisive,
                const std::string& unknown, RuleLimits limits);

}  // namespace ride::scorer
