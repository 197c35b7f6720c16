#include "sql/session_pids.hpp"

#include <map>
#include <string>

#include "tests/catch.hpp"

using namespace ride::sql;

namespace {

// The text with each pid that was found in brackets; parameters behind it.
std::string marked(const std::string& text) {
  std::string out = text;
  std::string parameters;
  const auto found = session_pids(text);
  for (auto place = found.places.rbegin(); place != found.places.rend(); ++place) {
    if (place->parameter > 0) {
      parameters = " $" + std::to_string(place->parameter) + parameters;
      continue;
    }
    out.insert(place->offset + place->length, "]");
    out.insert(place->offset, "[");
  }
  return out + parameters;
}

}  // namespace

TEST_CASE("pids are found where they are arguments of the three functions") {
  CHECK(marked("SELECT pg_terminate_backend(4711)") == "SELECT pg_terminate_backend([4711])");
  CHECK(marked("SELECT pg_catalog.pg_cancel_backend('4711'::int), 4711") ==
        "SELECT pg_catalog.pg_cancel_backend('[4711]'::int), 4711");
  CHECK(
      marked(
          "select PG_Blocking_Pids(4711); SELECT pg_terminate_backend(pid => 12, timeout => 9)") ==
      "select PG_Blocking_Pids([4711]); SELECT pg_terminate_backend(pid => [12], timeout => 9)");
  CHECK(marked("SELECT pg_terminate_backend($2), $1") == "SELECT pg_terminate_backend($2), $1 $2");
}

TEST_CASE("pids are found where they are compared with a column called pid") {
  CHECK(marked("SELECT 1 FROM pg_stat_activity a WHERE a.pid = 4711 AND 12 <> pid LIMIT 4711") ==
        "SELECT 1 FROM pg_stat_activity a WHERE a.pid = [4711] AND [12] <> pid LIMIT 4711");
  CHECK(
      marked(
          "SELECT 1 FROM x WHERE pid IN (1, 22) OR pid = ANY (ARRAY[3]) OR pid = ANY ('{4,55}')") ==
      "SELECT 1 FROM x WHERE pid IN ([1], [22]) OR pid = ANY (ARRAY[[3]]) OR pid = ANY "
      "('{[4],[55]}')");
  CHECK(marked("SELECT 1 FROM x WHERE pid::text = '4711' AND pid = $1") ==
        "SELECT 1 FROM x WHERE pid::text = '[4711]' AND pid = $1 $1");
}

TEST_CASE("a number elsewhere is no pid") {
  for (const std::string text :
       {"UPDATE t SET pid = 4711", "SELECT 4711 AS pid", "INSERT INTO t (pid) VALUES (4711)",
        "SELECT ppid = 4711 FROM t", "SELECT 'pid = 4711'", "SELECT 1 -- pid = 4711",
        "SELECT my_terminate_backend(4711)", "SELECT pid + 4711 = 4711 FROM t WHERE id = 4711"})
    CHECK(marked(text) == text);
}

TEST_CASE("a DO block is searched for calls by its tokens, in strings inside it too") {
  CHECK(marked("DO $$ BEGIN PERFORM pg_terminate_backend(4711); pid := 4711; END $$") ==
        "DO $$ BEGIN PERFORM pg_terminate_backend([4711]); pid := 4711; END $$");
  CHECK(marked("DO $x$ BEGIN EXECUTE 'SELECT pg_cancel_backend(4711)'; END $x$") ==
        "DO $x$ BEGIN EXECUTE 'SELECT pg_cancel_backend([4711])'; END $x$");
}

TEST_CASE("PREPARE says which of its parameters are pids, EXECUTE what stands there") {
  const std::string text =
      "PREPARE stop(int, int) AS SELECT pg_terminate_backend($2), $1; EXECUTE stop(7, 4711)";
  const auto found = session_pids(text);
  CHECK(found.places.empty());
  REQUIRE(found.prepared.size() == 1);
  CHECK(found.prepared[0].name == "stop");
  CHECK(found.prepared[0].parameters == std::vector<std::uint32_t>{2});
  REQUIRE(found.executed.size() == 1);
  REQUIRE(found.executed[0].arguments.size() == 2);
  CHECK(found.executed[0].arguments[1]->pid == 4711);
  CHECK(text.substr(found.executed[0].arguments[1]->offset, 4) == "4711");
}

TEST_CASE("text that is not SQL has no pids") {
  CHECK(session_pids("pid = 4711 (").places.empty());
}
