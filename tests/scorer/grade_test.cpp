#include "scorer/grade.hpp"

#include "tests/catch.hpp"
#include "tests/scorer/support.hpp"

using namespace ride::scorer;

namespace {

using Numbers = std::vector<std::int64_t>;

std::string mark_of(const Verdict& verdict, std::string_view id) {
  return to_string(rule_of(verdict, id).mark);
}

}  // namespace

TEST_CASE("everything right is full marks", "[scorer][grade]") {
  HandMade facts;
  facts.all_right();
  const auto verdict = facts.grade();
  CHECK(verdict.total.points == 100);
  CHECK(verdict.total.of == 100);
  CHECK(verdict.detect.points == 40);
  CHECK(verdict.fix.points == 40);
  CHECK(verdict.trap.points == 20);
  CHECK(rule_of(verdict, "blocker").why == "saw the blocker");
  CHECK(statements_of(rule_of(verdict, "blocker")) == Numbers{3});
  for (const auto& box : verdict.checklist) CHECK(box.mark == Mark::pass);
}

TEST_CASE("an empty attempt keeps Trap and earns nothing", "[scorer][grade]") {
  HandMade facts;
  facts.check("filled", "fail", "fail");
  facts.workload("writer", 0, 20);
  facts.add("actors", "actor, server", "'blocker', 'main'");
  const auto verdict = facts.grade();
  CHECK(verdict.total.points == 20);
  CHECK(mark_of(verdict, "blocker") == "fail");
  CHECK(rule_of(verdict, "blocker").why == "nobody looked");
  CHECK(rule_of(verdict, "filled").why == "something is empty");
  CHECK(rule_of(verdict, "clean").why == "blocker is still there");
  CHECK(verdict.checklist[0].mark == Mark::fail);
  CHECK(verdict.checklist[1].mark == Mark::pass);
}

TEST_CASE("rows of `unknown` count only where `seen` has none", "[scorer][grade]") {
  HandMade facts;
  facts.all_right();
  facts.saw(7, "perhaps");
  CHECK(mark_of(facts.grade(), "blocker") == "pass");
  facts.run("DELETE FROM fact_saw WHERE value = 'blocker'");
  const auto verdict = facts.grade();
  CHECK(mark_of(verdict, "blocker") == "unknown");
  CHECK(rule_of(verdict, "blocker").points.points == 0);
  CHECK(statements_of(rule_of(verdict, "blocker")) == Numbers{7});
  CHECK(verdict.detect.points == 10);
}

TEST_CASE("a check passes only before and after the workload", "[scorer][grade]") {
  const auto [before, after, mark] =
      GENERATE(table<std::string, std::string, std::string>({{"pass", "pass", "pass"},
                                                             {"pass", "fail", "fail"},
                                                             {"fail", "pass", "fail"},
                                                             {"unreadable", "pass", "fail"}}));
  HandMade facts;
  facts.check("filled", before, after);
  CHECK(mark_of(facts.grade(), "filled") == mark);
}

TEST_CASE("a check that was not run is unknown, and failed where half of it failed",
          "[scorer][grade]") {
  HandMade facts;
  CHECK(mark_of(facts.grade(), "filled") == "unknown");
  facts.add("checks", "id, moment, state", "'filled', 'before', 'pass'");
  CHECK(mark_of(facts.grade(), "filled") == "unknown");
  facts.run("UPDATE fact_checks SET state = 'fail'");
  CHECK(mark_of(facts.grade(), "filled") == "fail");
}

TEST_CASE("a workload passes when every operation was done", "[scorer][grade]") {
  HandMade facts;
  CHECK(mark_of(facts.grade(), "writes") == "unknown");
  facts.workload("writer", 20, 20);
  CHECK(mark_of(facts.grade(), "writes") == "pass");
  facts.workload("writer", 19, 20);
  CHECK(mark_of(facts.grade(), "writes") == "fail");
}

TEST_CASE("a trap takes its points once and names what sprang it", "[scorer][grade]") {
  HandMade facts;
  facts.all_right();
  facts.ended(4, "writer");
  facts.ended(2, "writer");
  const auto verdict = facts.grade();
  const auto& trap = rule_of(verdict, "writer-first");
  CHECK(trap.mark == Mark::fail);
  CHECK(trap.points.points == -8);
  CHECK(trap.points.of == 8);
  CHECK(trap.why == "ended writer (#2, #4) before the blocker");
  CHECK(statements_of(trap) == Numbers{2, 4});
  CHECK(trap.evidence[0].pid == 11031);
  CHECK(verdict.trap.points == 12);
}

TEST_CASE("the order of two terminations decides alone", "[scorer][grade]") {
  HandMade first, after;
  first.ended(5, "writer");
  first.ended(6, "blocker");
  after.ended(5, "blocker");
  after.ended(6, "writer");
  CHECK(mark_of(first.grade(), "writer-first") == "fail");
  CHECK(mark_of(after.grade(), "writer-first") == "pass");
}

TEST_CASE("Trap never goes below 0, and a grave trap caps the total", "[scorer][grade]") {
  HandMade facts;
  facts.all_right();
  facts.ended(2, "writer");
  facts.add("ddl", "statement, action, object, outcome, tier",
            "9, 'drop column', 'public.t', 'committed', 'log'");
  const auto verdict = facts.grade();
  CHECK(verdict.trap.points == 0);
  CHECK(verdict.total.points == 50);
  CHECK(verdict.capped_by == "dropped");
  CHECK(rule_of(verdict, "dropped").why == "#9 dropped public.t (committed)");

  facts.run("DELETE FROM fact_checks; DELETE FROM fact_saw");
  const auto low = facts.grade();
  CHECK(low.total.points == 20);
  CHECK(low.capped_by == "");
}

TEST_CASE("an interruption leaves what was seen or sprung and makes the rest unknown",
          "[scorer][grade]") {
  HandMade facts;
  facts.all_right();
  facts.ended(2, "writer");
  facts.run("DELETE FROM fact_saw WHERE value = 'writer'");
  const auto verdict = facts.grade(sample_rules(), false);
  CHECK(verdict.interrupted);
  CHECK(mark_of(verdict, "blocker") == "pass");
  CHECK(mark_of(verdict, "writer") == "unknown");
  CHECK(mark_of(verdict, "filled") == "unknown");
  CHECK(mark_of(verdict, "writes") == "unknown");
  CHECK(mark_of(verdict, "clean") == "unknown");
  CHECK(mark_of(verdict, "writer-first") == "fail");
  CHECK(mark_of(verdict, "dropped") == "unknown");
  CHECK(rule_of(verdict, "dropped").points.points == -15);
  CHECK(verdict.detect.points == 30);
  CHECK(verdict.fix.points == 0);
  CHECK(verdict.trap.points == 0);
  CHECK(verdict.capped_by == "");
}

TEST_CASE("a gap makes unknown what was not found, and what was seen only after it",
          "[scorer][grade]") {
  HandMade facts;
  facts.all_right();  // blocker seen at 3, writer at 4
  SECTION("after everything that was seen") {
    facts.gap(4);
    const auto verdict = facts.grade();
    CHECK(verdict.detect.points == 40);
    CHECK(mark_of(verdict, "dropped") == "unknown");
    CHECK(mark_of(verdict, "filled") == "pass");
    CHECK(mark_of(verdict, "clean") == "unknown");
    CHECK(verdict.trap.points == 0);
  }
  SECTION("between the two") {
    facts.gap(3);
    CHECK(mark_of(facts.grade(), "blocker") == "pass");
    CHECK(mark_of(facts.grade(), "writer") == "unknown");
  }
  SECTION("the earliest gap counts, and one row before it is enough") {
    facts.gap(9);
    facts.gap(2);
    CHECK(mark_of(facts.grade(), "blocker") == "unknown");
    facts.saw(1, "blocker");
    CHECK(mark_of(facts.grade(), "blocker") == "pass");
  }
  SECTION("what was sprung stands") {
    facts.gap(0);
    facts.ended(4, "writer");
    CHECK(mark_of(facts.grade(), "writer-first") == "fail");
  }
}

TEST_CASE("a bypass is a gap, and the verdict says since when and why the evidence is incomplete",
          "[scorer][grade]") {
  HandMade facts;
  facts.all_right();
  CHECK(facts.grade().incomplete.empty());
  facts.gap(9);
  facts.gap(5, "bypass");
  facts.gap(3, "bypass");
  facts.gap(4, "interruption");
  const auto verdict = facts.grade();
  CHECK(rule_of(verdict, "writer").why ==
        "not known: it was seen only after somebody had connected around the proxy, which may hide "
        "a change before it");
  CHECK(rule_of(verdict, "dropped").why == "not known: somebody connected around the proxy");
  CHECK(mark_of(verdict, "blocker") == "pass");
  REQUIRE(verdict.incomplete.size() == 2);
  CHECK(verdict.incomplete[0].kind == "bypass");
  CHECK(verdict.incomplete[0].since == 3);
  CHECK(verdict.incomplete[1].kind == "gap");
  CHECK(verdict.incomplete[1].since == 9);
}

TEST_CASE("ambiguous terminations that decide differently make a rule unknown", "[scorer][grade]") {
  HandMade facts;
  facts.all_right();
  facts.run("DELETE FROM fact_terminations");
  facts.perhaps_ended(5, "blocker", 1, 0);
  facts.perhaps_ended(6, "writer", 1, 0);
  facts.perhaps_ended(6, "blocker", 1, 1);
  facts.perhaps_ended(5, "writer", 1, 1);
  const auto verdict = facts.grade();
  const auto& trap = rule_of(verdict, "writer-first");
  CHECK(trap.mark == Mark::unknown);
  CHECK(trap.evidence.empty());
  CHECK(trap.points.points == -8);
  CHECK(verdict.trap.points == 12);
  CHECK(verdict.checklist[1].mark == Mark::unknown);
  CHECK(mark_of(verdict, "dropped") == "pass");
  CHECK(verdict.detect.points == 40);
}

TEST_CASE("ambiguous terminations that decide alike decide", "[scorer][grade]") {
  HandMade facts;
  facts.all_right();
  facts.ended(2, "writer");
  facts.perhaps_ended(7, "other", 1, 0);
  facts.perhaps_ended(8, "other", 1, 1);
  CHECK(mark_of(facts.grade(), "writer-first") == "fail");
}

TEST_CASE("more assignments than the limit make only their rules unknown", "[scorer][grade]") {
  HandMade facts;
  facts.all_right();
  for (int choice = 1; choice <= 7; ++choice)
    for (int alternative = 0; alternative < 2; ++alternative)
      facts.perhaps_ended(10 + choice, "other", choice, alternative);
  const auto verdict = facts.grade();
  CHECK(mark_of(verdict, "writer-first") == "unknown");
  CHECK(mark_of(verdict, "dropped") == "pass");
}

TEST_CASE("a fault of the scenario is an error with its rule, never a verdict", "[scorer][grade]") {
  HandMade facts;
  auto rules = sample_rules();
  rules.traps[1].sprung = "SELECT random() AS statement";
  CHECK_THROWS_WITH(facts.grade(rules), "traps/dropped: may not call random()");
}

TEST_CASE("hints are counted, each once", "[scorer][grade]") {
  HandMade facts;
  facts.add("hints", "number, at_n", "1, 3");
  facts.add("hints", "number, at_n", "1, 4");
  facts.add("hints", "number, at_n", "2, 4");
  CHECK(facts.grade().hints == 2);
}

TEST_CASE("sentences are filled with different values, and not without end", "[scorer][grade]") {
  std::vector<Evidence> rows;
  for (int i = 1; i <= 7; ++i) rows.push_back({i, "a" + std::to_string(i % 2), "", "", "", {}, {}});
  CHECK(fill("{actor} by #{statement}", rows) == "a1, a0 by #1, #2, #3, #4, #5 and 2 more");
  CHECK(fill("at {sqlstate}", rows) == "at unknown");
  CHECK(fill("{}{other} {", rows) == "{}{other} {");
}
