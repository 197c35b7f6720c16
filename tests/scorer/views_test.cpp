#include "scorer/views.hpp"

#include <set>

#include "tests/catch.hpp"
#include "tests/scorer/support.hpp"

using namespace ride::scorer;

namespace {

std::string refusal_of(HandMade& facts) {
  try {
    Vocabulary vocabulary(facts.get(), 1);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

std::string first_of(const HandMade& facts, const std::string& sql) {
  Query query(facts.get(), sql);
  return query.step() ? query.text(0) : "no row";
}

}  // namespace

TEST_CASE("views show one attempt without the columns of bookkeeping", "[scorer][views]") {
  HandMade facts;
  facts.saw(3, "mine");
  facts.run("INSERT INTO fact_saw VALUES (2, 1, 9, 0, 0, NULL, NULL, 'another attempt')");
  const Vocabulary vocabulary(facts.get(), 1);
  CHECK(first_of(facts, "SELECT group_concat(value) FROM temp.saw") == "mine");
  CHECK(first_of(facts, "SELECT group_concat(name) FROM pragma_table_info('terminations')") ==
        "statement,actor,server,victim_pid,died,tier");
  CHECK(first_of(facts, "SELECT group_concat(name) FROM pragma_table_info('saw')") ==
        "statement,row,ordinal,relation,column,value");
}

TEST_CASE("a fact table that is a view, virtual, computed or triggered is refused",
          "[scorer][views]") {
  HandMade facts;
  CHECK(refusal_of(facts) == "");
  SECTION("missing") {
    facts.run("DROP TABLE fact_saw");
    CHECK(refusal_of(facts).find("fact_saw is missing") != std::string::npos);
  }
  SECTION("view") {
    facts.run(
        "DROP VIEW temp.saw; ALTER TABLE fact_saw RENAME TO hidden;"
        "CREATE VIEW fact_saw AS SELECT * FROM hidden");
    CHECK(refusal_of(facts).find("is no ordinary table") != std::string::npos);
  }
  SECTION("trigger") {
    facts.run("CREATE TRIGGER t AFTER INSERT ON fact_saw BEGIN SELECT 1; END");
    CHECK(refusal_of(facts).find("has a trigger") != std::string::npos);
  }
  SECTION("computed column") {
    facts.run(
        "DROP TABLE fact_hints; CREATE TABLE fact_hints (attempt, position, at_n,"
        " number GENERATED ALWAYS AS (1))");
    CHECK(refusal_of(facts).find("has a computed column") != std::string::npos);
  }
  SECTION("another version's columns") {
    facts.run("DROP TABLE fact_hints; CREATE TABLE fact_hints (attempt, position, number)");
    CHECK(refusal_of(facts).find("lacks the column at_n") != std::string::npos);
  }
  SECTION("a table that would stand in for json_each") {
    facts.run("CREATE TABLE json_each (value)");
    CHECK(refusal_of(facts).find("json_each must not be in the file") != std::string::npos);
  }
}

TEST_CASE("each assignment shows one alternative of every choice", "[scorer][views]") {
  HandMade facts;
  facts.ended(1, "certain");
  facts.perhaps_ended(2, "a", 1, 0);
  facts.perhaps_ended(2, "b", 1, 1);
  facts.perhaps_ended(3, "c", 2, 0);
  facts.perhaps_ended(3, "d", 2, 1);
  facts.perhaps_ended(3, "e", 2, 2);
  Vocabulary vocabulary(facts.get(), 1);
  REQUIRE(vocabulary.assignments() == 6);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < 6; ++i) {
    vocabulary.show_assignment(i);
    seen.insert(first_of(facts, "SELECT group_concat(actor) FROM temp.terminations"));
  }
  CHECK(seen == std::set<std::string>{"certain,a,c", "certain,a,d", "certain,a,e", "certain,b,c",
                                      "certain,b,d", "certain,b,e"});
}

TEST_CASE("too many assignments are counted as one above the limit", "[scorer][views]") {
  HandMade facts;
  for (int choice = 1; choice <= 7; ++choice) {
    facts.perhaps_ended(choice, "a", choice, 0);
    facts.perhaps_ended(choice, "b", choice, 1);
  }
  CHECK(Vocabulary(facts.get(), 1).assignments() == assignments_max + 1);
  facts.run("DELETE FROM fact_terminations WHERE choice = 7");
  CHECK(Vocabulary(facts.get(), 1).assignments() == assignments_max);
  facts.perhaps_ended(9, "b", 9, 2'000'000'000);
  CHECK(Vocabulary(facts.get(), 1).assignments() == assignments_max + 1);
}

TEST_CASE("facts derived for one connection hide those of the file", "[scorer][views]") {
  HandMade facts;
  facts.saw(1, "stored");
  facts.run(
      "CREATE TEMP TABLE fact_saw AS SELECT * FROM main.fact_saw;"
      "UPDATE temp.fact_saw SET value = 'derived'");
  for (const auto& table : ride::journal::facts::tables)
    facts.run("CREATE TEMP TABLE IF NOT EXISTS " + std::string(table.name) +
              " AS SELECT * FROM main." + std::string(table.name));
  const Vocabulary vocabulary(facts.get(), 1, "temp");
  CHECK(first_of(facts, "SELECT value FROM temp.saw") == "derived");
}
