#include "cli/nudge.hpp"

#include "tests/catch.hpp"
#include "tests/scorer/support.hpp"

using ride::cli::nudge_of;
using namespace ride::scorer;

namespace {

// The sample's two detect rules, each seen or not.
std::string line(const std::string& first_nudge, const std::string& second_nudge, bool first,
                 bool second) {
  auto rules = sample_rules();
  rules.detect[0].nudge = first_nudge;
  rules.detect[1].nudge = second_nudge;
  Verdict verdict;
  for (const auto& [item, seen] :
       {std::pair(rules.detect[0], first), std::pair(rules.detect[1], second)}) {
    RuleVerdict rule;
    rule.id = item.id;
    rule.part = Part::detect;
    rule.mark = seen ? Mark::pass : Mark::unknown;
    verdict.checks.push_back(rule);
  }
  return nudge_of(rules, verdict);
}

}  // namespace

TEST_CASE("a hint's line names what is seen, and the first that is not", "[cli][hints]") {
  CHECK(line("who blocks.", "who waits.", false, false) == "Not yet: who blocks.");
  CHECK(line("who blocks.", "who waits.", true, false) ==
        "You have seen: Found the blocker. Not yet: who waits.");
  CHECK(line("who blocks.", "who waits.", false, true) ==
        "You have seen: Saw the writer. Not yet: who blocks.");
  CHECK(line("who blocks.", "who waits.", true, true) ==
        "You have seen all that there is to find: Found the blocker; Saw the writer.");
  CHECK(line("", "who waits.", false, false) == "Not yet: who waits.");
  CHECK(line("", "", false, false) == "");
  CHECK(line("", "", true, false) == "");
}
