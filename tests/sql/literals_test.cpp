#include "sql/literals.hpp"

#include "sql/analyse.hpp"
#include "tests/catch.hpp"

using namespace ride::sql;

namespace {

std::string bare(std::string_view text) { return without(text, literals_of(text)); }

}  // namespace

TEST_CASE("literals of every form go, names and keywords stay", "[sql]") {
  CHECK(bare("SELECT a, 'b', 5 FROM t WHERE c = -1.5e3 AND d IS NULL") ==
        "SELECT a, '<redacted>', '<redacted>' FROM t WHERE c = -'<redacted>' AND d IS NULL");
  CHECK(bare(R"(SELECT E'\'x', U&'\0061', B'01', X'ff', $$y$$, $t$z$t$)") ==
        "SELECT '<redacted>', '<redacted>', '<redacted>', '<redacted>', $$<redacted>$$, "
        "$t$<redacted>$t$");
  CHECK(bare(R"(SELECT "Name", t1.c2, $1)") == R"(SELECT "Name", t1.c2, $1)");
  CHECK(bare("SELECT 1e5, .5") == "SELECT '<redacted>', '<redacted>'");
}

TEST_CASE("what comments say goes with the literals", "[sql]") {
  CHECK(bare("SELECT a /* of anna */ -- and bob\nFROM t") ==
        "SELECT a /*<redacted>*/ --<redacted>\nFROM t");
}

TEST_CASE("a body of code keeps its words and loses its literals, whatever its language", "[sql]") {
  CHECK(bare("DO $$ BEGIN UPDATE t SET a = 'secret' WHERE b = 7; END $$") ==
        "DO $$ BEGIN UPDATE t SET a = '<redacted>' WHERE b = '<redacted>'; END $$");
  CHECK(bare("CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $f$ SELECT 'secret' $f$") ==
        "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $f$ SELECT '<redacted>' $f$");
  CHECK(bare("DO $$ x := 'unterminated $$") == "DO $$<redacted>$$");
}

TEST_CASE("lengths of types and counts of FETCH are no values", "[sql]") {
  const std::string table = "CREATE TABLE t (a varchar(10), b numeric(8, 2), c char(3))";
  CHECK(bare(table) == table);
  CHECK(bare("FETCH 10 FROM c") == "FETCH 10 FROM c");
  CHECK(bare("SELECT numeric '5'; MOVE 3 IN c") == "SELECT numeric '<redacted>'; MOVE 3 IN c");
}

TEST_CASE("a text of which nobody can tell where its literals end is cut from the first on",
          "[sql]") {
  CHECK(bare("SELECT a, 'open") == "SELECT a, <redacted>");
  CHECK(bare(R"(SELECT a, 'x\' || secret || ' y')") == "SELECT a, <redacted>");
  CHECK(bare("SELECT a /* open 'x'") == "SELECT a <redacted>");
  CHECK(bare("SELECT E'\x83\\' || secret || 'x'") == "SELECT E<redacted>");
  CHECK(bare("just words") == "just words");
}

TEST_CASE("what is left of a statement can be parsed, and does the same to the same relations",
          "[sql]") {
  for (const auto* text :
       {"UPDATE t SET a = 'x' WHERE b = 5 LIMIT", "SET lock_timeout = 5000",
        "SELECT pg_terminate_backend(4711)", "ALTER TABLE t ALTER a SET DEFAULT 'x'",
        "INSERT INTO t VALUES (1, 'x', interval '1 day')", "SELECT 1 LIMIT 5 OFFSET 2"}) {
    INFO(text);
    const auto whole = analyse(text);
    const auto left = analyse(bare(text));
    CHECK(left.parsed == whole.parsed);
    CHECK(left.command == whole.command);
    CHECK(left.writes.size() == whole.writes.size());
    CHECK(left.ddl.size() == whole.ddl.size());
  }
}

TEST_CASE("pieces that overlap go as one", "[sql]") {
  CHECK(without("abcdefgh", {{1, 3, "X"}, {2, 5, "Y"}, {6, 7, "Z"}}) == "a<redacted>fZh");
  CHECK(without("abcdefgh", {{1, 5, "X"}, {2, 3, "Y"}}) == "aXfgh");
  CHECK(without("abc", {}) == "abc");
}
