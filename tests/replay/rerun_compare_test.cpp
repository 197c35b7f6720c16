#include "replay/rerun_compare.hpp"

#include "tests/catch.hpp"

using namespace ride;
using namespace ride::replay;

namespace {

Outcome tagged(const std::string& tag, std::uint64_t rows = 0) {
  return {"complete", tag, rows, "", {}};
}

Outcome failed(const std::string& sqlstate) { return {"error", "", 0, sqlstate, {}}; }

Outcome shaped(const std::string& label, std::uint32_t type) {
  auto out = tagged("SELECT 1", 1);
  out.columns = {{label, 0, 0, type, false}};
  return out;
}

scorer::Verdict verdict(scorer::Mark mark, int points) {
  scorer::Verdict out;
  out.total = {points, 100};
  scorer::RuleVerdict rule;
  rule.id = "blocker";
  rule.mark = mark;
  rule.points = {points, 10};
  rule.why = "Seen";
  out.checks = {rule};
  return out;
}

}  // namespace

TEST_CASE("outcomes differ by tag, rows, SQLSTATE and columns", "[replay][rerun]") {
  CHECK(difference(tagged("UPDATE 3"), tagged("UPDATE 3")).empty());
  CHECK(difference(tagged("UPDATE 3"), tagged("UPDATE 4")) == "UPDATE 3, now UPDATE 4");
  CHECK(difference(tagged("EXECUTE", 3), tagged("EXECUTE", 4)) == "3 rows, now 4");
  CHECK(difference(tagged("UPDATE 3"), failed("40P01")) == "UPDATE 3, now error 40P01");
  CHECK(difference(failed("42P01"), failed("42P01")).empty());
  CHECK(difference(shaped("a", 23), shaped("b", 23)) == "columns (a), now columns (b)");
  CHECK_FALSE(difference(shaped("a", 23), shaped("a", 25)).empty());
}

TEST_CASE("types of the database's own have other oids elsewhere, and are no difference",
          "[replay][rerun]") {
  CHECK(difference(shaped("a", 16'500), shaped("a", 16'700)).empty());
  CHECK_FALSE(difference(shaped("a", 16'500), shaped("a", 25)).empty());
  CHECK(difference(shaped("a", 23), tagged("SELECT 1", 1)).empty());  // one of them is not known
}

TEST_CASE("verdicts differ rule by rule, whatever the attempt's number", "[replay][rerun]") {
  const auto then = verdict(scorer::Mark::pass, 10);
  auto now = then;
  now.attempt = 7;
  CHECK(differences(then, now).empty());
  now = verdict(scorer::Mark::fail, 0);
  CHECK(differences(then, now) ==
        std::vector<std::string>{"total: 10 of 100, now 0 of 100",
                                 "blocker: pass (10 of 10): Seen; now fail (0 of 10): Seen"});
  now = then;
  now.hints = 1;  // what no rule says is told all the same
  CHECK(differences(then, now).size() == 1);
}
