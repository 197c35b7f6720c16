#include "scorer/rules.hpp"

#include "tests/catch.hpp"
#include "tests/scorer/support.hpp"

using namespace ride::scorer;

namespace {

// The one problem, as "section/id.key: message".
std::string problem_of(const Rules& rules) {
  const auto problems = validate(rules);
  if (problems.size() != 1) return std::to_string(problems.size()) + " problems";
  const auto& one = problems.front();
  return one.section + "/" + one.id + "." + one.key + ": " + one.message;
}

}  // namespace

TEST_CASE("the sample rules have no problem", "[scorer][rules]") {
  CHECK(validate(sample_rules()).empty());
}

TEST_CASE("points must be above 0 and add up to the weights", "[scorer][rules]") {
  auto rules = sample_rules();
  rules.traps[0].points = 0;
  CHECK(problem_of(rules) == "traps/writer-first.points: must be above 0");
  rules = sample_rules();
  rules.detect[0].points = 31;
  CHECK(problem_of(rules) == "weights/.detect: is 40, but the points of its entries add up to 41");
  rules = sample_rules();
  rules.weights.fix = 30;
  CHECK(problem_of(rules) == "weights/.fix: is 30, but the points of its entries add up to 40");
}

TEST_CASE("ids are unique over all rules", "[scorer][rules]") {
  auto rules = sample_rules();
  rules.traps[1].id = "filled";
  rules.checklist[1].checks = {"writer-first"};
  CHECK(problem_of(rules) == "traps/filled.id: \"filled\" is used twice");
}

TEST_CASE("sentences must be there and hold known placeholders", "[scorer][rules]") {
  auto rules = sample_rules();
  rules.detect[1].missing = " \n";
  CHECK(problem_of(rules) == "detect/writer.missing: must not be empty");
  rules = sample_rules();
  rules.traps[0].why = "ended {actr}";
  CHECK(problem_of(rules) ==
        "traps/writer-first.why: has the unknown placeholder {actr}; known: {statement} {actor} "
        "{outcome} {sqlstate} {object}");
  rules = sample_rules();
  rules.traps[0].why = "ended {actor";
  CHECK(problem_of(rules) == "traps/writer-first.why: has \"{\" without \"}\"");
  rules = sample_rules();
  rules.detect[0].missing = "{actor} was not seen";
  CHECK(problem_of(rules) ==
        "detect/blocker.missing: has {actor}, but no row stands behind this sentence");
}

TEST_CASE("a fix check needs something to check", "[scorer][rules]") {
  auto rules = sample_rules();
  rules.fix[1].workload.clear();
  CHECK(problem_of(rules) == "fix/writes.: needs at least one of sql, workload and facts");
  rules = sample_rules();
  rules.fix[0].database = "";
  CHECK(problem_of(rules) == "fix/filled.database: must not be empty");
}

TEST_CASE("only a grave trap has a cap", "[scorer][rules]") {
  auto rules = sample_rules();
  rules.traps[0].cap = 60;
  CHECK(problem_of(rules) == "traps/writer-first.cap: is given for a trap that is not grave");
}

TEST_CASE("a checklist box names rules that exist", "[scorer][rules]") {
  auto rules = sample_rules();
  rules.checklist[0].checks.push_back("fixed");
  CHECK(problem_of(rules) ==
        "checklist/Fixed.checks: names \"fixed\", which is no detect item, fix check or trap");
}
