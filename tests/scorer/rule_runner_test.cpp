#include "scorer/rule_runner.hpp"

#include "tests/catch.hpp"
#include "tests/scorer/support.hpp"

using namespace ride::scorer;

namespace {

std::vector<Evidence> rows_of(const HandMade& facts, const std::string& sql,
                              RuleLimits limits = {}) {
  const Vocabulary vocabulary(facts.get(), 1);
  return Rule(vocabulary, "detect/x", sql, limits).run();
}

// What a rule is refused for, without its name; "" if it runs.
std::string refusal_of(const std::string& sql, RuleLimits limits = {}) {
  const HandMade facts;
  try {
    rows_of(facts, sql, limits);
  } catch (const RuleError& error) {
    const std::string text = error.what();
    REQUIRE(text.starts_with("detect/x: "));
    return text.substr(10);
  }
  return "";
}

bool depends(const HandMade& facts, const std::string& sql) {
  const Vocabulary vocabulary(facts.get(), 1);
  return Rule(vocabulary, "x", sql).depends_on_assignment();
}

}  // namespace

TEST_CASE("rows come back sorted, each once, with their known columns", "[scorer][rule]") {
  HandMade facts;
  facts.ended(14, "writer");
  facts.ended(14, "writer");
  facts.ended(2, "old_app");
  const auto rows = rows_of(facts,
                            "SELECT statement, actor, died AS sqlstate, victim_pid AS pid, 'x' AS"
                            " whatever FROM terminations ORDER BY statement DESC");
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].statement == 2);
  CHECK(rows[0].actor == "old_app");
  CHECK(rows[1] == Evidence{14, "writer", "", "57P01", "", 11031, {}});
}

TEST_CASE("what a rule may use", "[scorer][rule]") {
  CHECK(refusal_of("SELECT 1") == "");
  CHECK(refusal_of("SELECT statement FROM saw; -- a remark\n ") == "");
  CHECK(refusal_of("WITH a AS (SELECT * FROM saw), b AS (SELECT statement, rank() OVER (ORDER BY"
                   " statement) AS r FROM a) SELECT count(*) FROM b JOIN terminations USING"
                   " (statement) WHERE r < (SELECT max(n) FROM statements)") == "");
  CHECK(refusal_of("SELECT json_extract(arguments, '$[0]'), j.value, arguments ->> 0 FROM calls,"
                   " json_each(calls.arguments) j") == "");
  CHECK(refusal_of("SELECT \"column\", upper(value) FROM saw WHERE value LIKE '%x%' OR value GLOB"
                   " 'y*'") == "");
  CHECK(refusal_of("WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 9)"
                   " SELECT i FROM r") == "");
  CHECK(refusal_of(
            "SELECT 1 FROM statements WHERE text = 'a fact is no table, artifact_x neither'") ==
        "");
}

TEST_CASE("a rule reads the vocabulary and nothing else", "[scorer][rule]") {
  CHECK(refusal_of("SELECT name FROM sqlite_schema").find("may not read sqlite_master") == 0);
  CHECK(refusal_of("SELECT * FROM main.fact_saw").find("names a fact_ table") == 0);
  CHECK(refusal_of("SELECT * FROM \"FACT_saw\"").find("names a fact_ table") == 0);
  CHECK(refusal_of("WITH saw AS (SELECT * FROM FaCt_saw) SELECT * FROM saw")
            .find("names a fact_ table") == 0);
  CHECK(refusal_of("SELECT count(*) FROM sqlite_schema") != "");
  CHECK(refusal_of("SELECT count(*) FROM pragma_database_list") != "");
  CHECK(refusal_of("SELECT count(*) FROM fact_of_assignment").find("names a fact_ table") == 0);
  CHECK(refusal_of("SELECT * FROM temp.sqlite_stat1").find("may not read sqlite_stat1") == 0);
  CHECK(refusal_of("SELECT * FROM pragma_table_info('saw')") != "");
  CHECK(refusal_of("SELECT * FROM nowhere") == "no such table: nowhere");
}

TEST_CASE("a rule changes nothing", "[scorer][rule]") {
  const auto* sql = GENERATE("DELETE FROM fact_of_assignment", "INSERT INTO saw DEFAULT VALUES",
                             "CREATE TEMP TABLE x (a)", "DROP VIEW saw", "PRAGMA user_version = 7",
                             "PRAGMA writable_schema = ON", "ATTACH '/tmp/x' AS x", "DETACH temp",
                             "BEGIN", "SAVEPOINT a", "REINDEX", "ANALYZE",
                             "CREATE TEMP TRIGGER t INSTEAD OF INSERT ON saw BEGIN SELECT 1; END",
                             "VACUUM INTO '/tmp/ride-test-vacuum'", "EXPLAIN SELECT 1", "");
  INFO(sql);
  CHECK(refusal_of(sql) != "");
}

TEST_CASE("a rule gives the same answer every time", "[scorer][rule]") {
  CHECK(refusal_of("SELECT random()") == "may not call random()");
  CHECK(refusal_of("SELECT hex(randomblob(8))") == "may not call randomblob()");
  CHECK(refusal_of("SELECT date('now')") == "may not call date()");
  CHECK(refusal_of("SELECT current_timestamp") == "may not call current_timestamp()");
  CHECK(refusal_of("SELECT load_extension('x')") == "may not call load_extension()");
  CHECK(refusal_of("SELECT sqlite_version()") == "may not call sqlite_version()");
  CHECK(refusal_of("SELECT last_insert_rowid()") == "may not call last_insert_rowid()");
}

TEST_CASE("a rule is one statement without parameters", "[scorer][rule]") {
  CHECK(refusal_of("SELECT 1; SELECT 2") == "must be one statement");
  CHECK(refusal_of("SELECT ?1") == "may not have parameters");
  CHECK(refusal_of(" -- nothing\n") == "is empty");
  CHECK(refusal_of("SELEC 1").find("syntax error") != std::string::npos);
}

TEST_CASE("an endless rule is stopped", "[scorer][rule]") {
  const auto endless =
      "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT i"
      " AS statement FROM r";
  CHECK(refusal_of(endless, {.steps_max = 100'000}) ==
        "takes more than 100000 steps; look for a join without a condition");
}

TEST_CASE("a rule that joins what was seen with itself stays far below the limit",
          "[scorer][rule]") {
  HandMade facts;
  facts.run("BEGIN");
  for (int i = 1; i <= 200; ++i) {
    facts.add("calls", "statement, function, arguments", std::to_string(i) + ", 'f', '[]'");
    for (int row = 0; row < 20; ++row) facts.saw(i, row % 2 == 0 ? "even" : "odd");
  }
  facts.run("COMMIT");
  const auto rows =
      rows_of(facts,
              "SELECT DISTINCT a.statement FROM saw a JOIN calls c ON c.statement ="
              " a.statement JOIN saw b ON b.statement = a.statement AND b.value = 'odd'"
              " JOIN saw d ON d.statement = a.statement AND d.value = 'even'"
              " WHERE a.value = 'odd'",
              {.steps_max = 5'000'000});
  CHECK(rows.size() == 200);
}

TEST_CASE("the next rule has its steps again", "[scorer][rule]") {
  const HandMade facts;
  const Vocabulary vocabulary(facts.get(), 1);
  Rule rule(vocabulary, "x",
            "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 3000) SELECT"
            " max(i) AS statement FROM r",
            {.steps_max = 100'000});
  for (int i = 0; i < 5; ++i) CHECK(rule.run().front().statement == 3000);
}

TEST_CASE("of too many rows the smallest are kept", "[scorer][rule]") {
  HandMade facts;
  for (int i = 20; i > 0; --i) facts.saw(i, "x");
  const auto rows = rows_of(facts, "SELECT statement FROM saw", {.rows_max = 3});
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].statement == 1);
  CHECK(rows[2].statement == 3);
}

TEST_CASE("one value cannot ask for gigabytes", "[scorer][rule]") {
  const auto doubling =
      "WITH RECURSIVE r(i, t) AS (SELECT 0, 'x' UNION ALL SELECT i + 1, t || t FROM r"
      " WHERE i < 40) SELECT max(length(t)) AS statement FROM r";
  CHECK(refusal_of(doubling, {.value_bytes_max = 1'000}).find("too big") != std::string::npos);
}

TEST_CASE("it is known which rules depend on the assignment", "[scorer][rule]") {
  const HandMade facts;
  CHECK_FALSE(depends(facts, "SELECT * FROM saw"));
  CHECK(depends(facts, "SELECT * FROM terminations"));
  CHECK(depends(facts, "SELECT 1 WHERE EXISTS (SELECT 1 FROM changes c)"));
  CHECK(depends(facts, "WITH t AS (SELECT count(*) FROM terminations) SELECT 1 FROM t"));
}

TEST_CASE("an author hears which rule is wrong before anybody plays", "[scorer][rule]") {
  auto rules = sample_rules();
  CHECK(check_rule_sql(rules).empty());
  rules.detect[0].unknown = "SELECT nowhere FROM saw";
  rules.traps[1].sprung = "SELECT n FROM statements";
  const auto problems = check_rule_sql(rules);
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].section == "detect");
  CHECK(problems[0].id == "blocker");
  CHECK(problems[0].key == "unknown");
  CHECK(problems[0].message == "no such column: nowhere");
  CHECK(problems[1].message ==
        "returns no column called statement, actor, outcome, sqlstate or object");
}
