#include "scorer/milestones.hpp"

#include <algorithm>

#include "tests/catch.hpp"
#include "tests/scorer/support.hpp"

using namespace ride::scorer;

namespace {

void statement(HandMade& made, int n, const std::string& outcome = "committed") {
  made.add("statements",
           "n, started, connection, server, path, outcome, tool, request, ordinal, txid, batch",
           std::to_string(n) + ", " + std::to_string(n * 1000) + ", 1, 'main', 'simple', '" +
               outcome + "', 0, " + std::to_string(n) + ", 0, 1, 1");
}

// "evidence blocker @3", or "hint 1 behind @2"; what is not good ends in "!".
std::vector<std::string> told(HandMade& made, const Rules& rules = sample_rules(),
                              bool submitted = true) {
  Vocabulary vocabulary(made.get(), 1);
  const auto verdict = grade(vocabulary, {1, submitted}, rules);
  std::vector<std::string> out;
  for (const auto& one : read_milestones(vocabulary, rules, verdict))
    out.push_back(one.key + (one.of_statement ? " @" : " behind @") + std::to_string(one.n) +
                  (one.good ? "" : " !"));
  return out;
}
using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("an attempt is told by what it reached, in the order of its statements",
          "[scorer][milestones]") {
  HandMade made;
  for (int n = 1; n <= 6; ++n) statement(made, n);
  made.all_right();  // 3 and 4 are evidence, 5 ends the blocker
  made.add("hints", "number, at_n", "1, 2");
  made.add("hints", "number, at_n", "1, 4");
  made.add("changes", "statement, database, object, kind", "6, 'app', 'public.t', 'write'");
  CHECK(told(made) == Told{"hint 1 behind @2", "evidence blocker @3", "evidence writer @4",
                           "ended blocker @5", "fix filled: pass @6", "fix writes: pass behind @6",
                           "fix clean: pass behind @6", "submit behind @6"});
}

TEST_CASE("traps and checks that do not pass are told, a termination that is open is not",
          "[scorer][milestones]") {
  HandMade made;
  for (int n = 1; n <= 3; ++n) statement(made, n);
  made.ended(2, "writer");
  made.perhaps_ended(3, "blocker", 1, 0);
  made.perhaps_ended(3, "other", 1, 1);
  CHECK(told(made) == Told{"trap writer-first @2 !", "ended writer @2",
                           "fix filled: unknown behind @3 !", "fix writes: unknown behind @3 !",
                           "fix clean: pass behind @3", "submit behind @3"});
}

TEST_CASE("a change that did not last is not what a check stands at", "[scorer][milestones]") {
  HandMade made;
  statement(made, 1);
  statement(made, 2, "unknown");
  made.all_right();
  made.add("changes", "statement, database, object, kind", "1, 'app', 'public.t', 'ddl'");
  made.add("changes", "statement, database, object, kind", "2, 'app', 'public.t', 'ddl'");
  const auto all = told(made);
  CHECK(std::find(all.begin(), all.end(), "fix filled: pass @1") != all.end());
}

TEST_CASE("a probe is told when it turns healthy, not when it was", "[scorer][milestones]") {
  HandMade made;
  statement(made, 1);
  for (const auto* const row :
       {"'well', 'healthy', 1, 0", "'ill', 'unhealthy', 1, 0", "'ill', 'healthy', 2, 1",
        "'ill', 'unhealthy', 3, 1", "'ill', 'healthy', 4, 1"})
    made.add("probes", "name, state, at, at_n", row);
  const auto all = told(made, sample_rules(), false);
  CHECK(std::count(all.begin(), all.end(), "probe ill healthy behind @1") == 1);
  for (const auto& one : all) {
    CHECK(one.find("well") == one.npos);
    CHECK(one.find("submit") == one.npos);
  }
}
