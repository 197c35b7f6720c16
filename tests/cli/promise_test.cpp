#include "cli/promise.hpp"

#include "tests/catch.hpp"

using namespace ride;
using cli::Task;
using scorer::Mark;
using scorer::Part;

namespace {

// A card with one rule of each part.
scorer::Verdict verdict(Mark detect, Mark fix, Mark trap) {
  scorer::Verdict out;
  const auto add = [&out](const char* id, Part part, Mark mark, int of) {
    scorer::RuleVerdict rule;
    rule.id = id;
    rule.part = part;
    rule.mark = mark;
    out.checks.push_back(rule);
    return scorer::Points{mark == Mark::pass ? of : 0, of};
  };
  out.detect = add("looked", Part::detect, detect, 40);
  out.fix = add("works", Part::fix, fix, 40);
  out.trap = add("dropped", Part::trap, trap, 20);
  out.total = {out.detect.points + out.fix.points + out.trap.points, 100};
  return out;
}

std::string broken(Task task, const scorer::Verdict& verdict, const std::string& springs = "",
                   int expect = -1) {
  return cli::broken_promise({task, "", springs, expect}, verdict);
}

const auto full = verdict(Mark::pass, Mark::pass, Mark::pass);
const auto sprung = verdict(Mark::pass, Mark::pass, Mark::fail);
const auto nothing = verdict(Mark::fail, Mark::fail, Mark::pass);

}  // namespace

TEST_CASE("a solution promises full marks", "[cli][scenario]") {
  CHECK(broken(Task::solution, full) == "");
  CHECK(broken(Task::reading, full) == "");
  CHECK(broken(Task::solution, sprung) == "80 of 100; sprung: dropped");
  CHECK(broken(Task::solution, verdict(Mark::unknown, Mark::fail, Mark::pass)) ==
        "20 of 100; not passed: looked (unknown), works");
}

TEST_CASE("a trap script promises its own trap, for certain", "[cli][scenario]") {
  CHECK(broken(Task::trap, sprung, "dropped") == "");
  CHECK(broken(Task::trap, sprung, "other") == "should spring other, and springs dropped");
  CHECK(broken(Task::trap, full, "dropped") == "should spring dropped, and springs none");
  CHECK(broken(Task::trap, verdict(Mark::pass, Mark::pass, Mark::unknown), "dropped") ==
        "should spring dropped, and springs dropped (unknown)");
}

TEST_CASE("a near-miss promises its total, or less than full marks", "[cli][scenario]") {
  CHECK(broken(Task::partial, sprung, "", 80) == "");
  CHECK(broken(Task::partial, sprung, "", 81) ==
        "expected 81, and it is 80 of 100; sprung: dropped");
  CHECK(broken(Task::partial, full, "", 60) == "expected 60, and it is 100");
  CHECK(broken(Task::partial, sprung) == "");
  CHECK(broken(Task::partial, full) == "earns full marks");
}

TEST_CASE("doing nothing promises nothing", "[cli][scenario]") {
  CHECK(broken(Task::noop, nothing) == "");
  CHECK(broken(Task::noop, verdict(Mark::fail, Mark::pass, Mark::pass)) ==
        "doing nothing earns 60: works");
  CHECK(broken(Task::noop, verdict(Mark::fail, Mark::fail, Mark::fail)) ==
        "doing nothing earns 0: dropped");
}
