#include "journal/facts/compare.hpp"

#include "tests/catch.hpp"

using namespace ride::journal::facts;
using Names = std::set<std::string>;

TEST_CASE("equal facts differ in nothing", "[facts]") {
  Facts facts;
  facts.statements.emplace_back().text = "SELECT 1";
  CHECK(differing(facts, facts).empty());
  CHECK(differing({}, {}).empty());
}

TEST_CASE("the columns in which rows of one place differ are named, and no others", "[facts]") {
  Facts a;
  a.statements.resize(2);
  a.saw.resize(1);
  auto b = a;
  b.statements[1].text = "x";
  b.saw[0].column = "id";
  CHECK(differing(a, b) == Names{"statements.text", "saw.column"});
}

TEST_CASE("more or fewer rows are another table", "[facts]") {
  Facts a;
  a.gaps.resize(1);
  CHECK(differing(a, {}) == Names{"gaps.*"});
}

TEST_CASE("another choice makes both tables of choices others", "[facts]") {
  Facts a;
  a.terminations.resize(1);
  auto b = a;
  b.terminations[0].choice = 1;
  const auto names = differing(a, b);
  CHECK(names.contains("terminations.*"));
  CHECK(names.contains("changes.*"));
}
