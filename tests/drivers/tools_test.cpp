// PostgreSQL's own programs: psql's commands, dump and restore, pgbench, maintenance.
#include "tests/drivers/tools.hpp"

#include <algorithm>
#include <regex>

#include "tests/catch.hpp"

using namespace ride::test;

namespace {

constexpr const char* shop = R"(
DROP SCHEMA IF EXISTS shop CASCADE; CREATE SCHEMA shop;
CREATE TABLE shop.items (id int PRIMARY KEY, name text NOT NULL, data bytea);
CREATE INDEX ON shop.items (name);
CREATE VIEW shop.names AS SELECT name FROM shop.items;
CREATE FUNCTION shop.twice(int) RETURNS int LANGUAGE sql AS 'SELECT $1 * 2';
INSERT INTO shop.items SELECT n, 'item ' || n, decode(md5(n::text), 'hex') FROM generate_series(1, 5000) n;
)";

}  // namespace

TEST_CASE("psql's own commands print through ride what they print at the server",
          "[postgres][drivers]") {
  Recording recording;
  run_tool(directly(), {"psql", "-Xqd", "postgres"},
           std::string("SET client_min_messages = error;") + shop);
  const std::string script = R"(
\d shop.*
\dt+ shop.*
\df+ shop.twice
\l
\du
\dn+
\copy (SELECT id, name FROM shop.items WHERE id < 50 ORDER BY id) TO STDOUT WITH (FORMAT csv)
CREATE TEMP TABLE copied (id int, name text);
\copy copied FROM STDIN
1	one
2	two
\.
SELECT 'SELECT ' || id || ' AS generated' FROM copied ORDER BY id \gexec
SELECT id AS picked FROM copied WHERE name = 'two' \gset
\echo :picked
SELECT * FROM copied ORDER BY id \crosstabview id name
SELECT 1/0;
\errverbose
SELECT 1 \; SELECT 2;
\gdesc
\set FETCH_COUNT 7
SELECT id FROM shop.items ORDER BY id LIMIT 40;
\c otherdb
SELECT current_database();
)";
  const auto expected = run_tool(directly(), {"psql", "-Xad", "postgres"}, script);
  for (const char* sslmode : {"disable", "require"})
    CHECK(run_tool(through(recording), {"psql", "-Xad", "postgres"}, script, sslmode) == expected);
  CHECK(all_closed(recording));
}

TEST_CASE(
    "pg_dump writes through ride the same bytes, and what is restored through ride dumps to them",
    "[postgres][drivers]") {
  Recording recording;
  run_tool(directly(), {"psql", "-Xqd", "postgres"},
           std::string("SET client_min_messages = error;") + shop);
  const std::vector<std::string> dump = {"pg_dump", "-n", "shop", "-d", "postgres"};
  // Newer versions write a random word for psql's \restrict.
  const auto plain = [](const std::string& text) {
    return std::regex_replace(text, std::regex("\\\\(un)?restrict .*"), "");
  };
  const auto expected = run_tool(directly(), dump);
  CHECK(plain(run_tool(through(recording), dump)) == plain(expected));

  run_tool(through(recording), {"dropdb", "--if-exists", "restored"});
  run_tool(through(recording), {"createdb", "restored"});
  run_tool(through(recording), {"psql", "-Xqd", "restored", "-v", "ON_ERROR_STOP=1"}, expected);
  auto again = dump;
  again.back() = "restored";
  CHECK(plain(run_tool(directly(), again)) == plain(expected));

  const TemporaryDirectory folder;
  const auto archive = (folder / "dump").string();
  run_tool(through(recording), {"pg_dump", "-Fd", "-j", "3", "-f", archive, "-d", "restored"});
  run_tool(through(recording), {"dropdb", "restored"});
  run_tool(through(recording), {"createdb", "restored"});
  run_tool(through(recording), {"pg_restore", "-j", "3", "-d", "restored", archive});
  CHECK(plain(run_tool(directly(), again)) == plain(expected));
  run_tool(through(recording), {"vacuumdb", "-z", "-j", "2", "-q", "restored"});
  run_tool(through(recording), {"reindexdb", "-q", "restored"});
  run_tool(through(recording), {"dropdb", "restored"});
  CHECK(all_closed(recording));
  const auto ended = ended_queries(recording);
  CHECK(std::any_of(ended.begin(), ended.end(), [](const auto& one) {
    return one.first.starts_with("COPY shop.items") && text(one.second, "tag") == "COPY 5000";
  }));
}

TEST_CASE("pgbench counts through ride what it was told, in all three protocols",
          "[postgres][drivers]") {
  Recording recording;
  run_tool(through(recording), {"pgbench", "-i", "-q", "-s", "1", "-d", "postgres"});
  std::size_t expected = 0;
  for (const char* protocol : {"simple", "extended", "prepared"}) {
    const auto said = run_tool(through(recording), {"pgbench", "-n", "-M", protocol, "-c", "4",
                                                    "-j", "2", "-t", "25", "-d", "postgres"});
    CHECK(said.find("processed: 100/100") != std::string::npos);
    CHECK(said.find("number of failed transactions: 0") != std::string::npos);
    expected += 100;
  }
  CHECK(all_closed(recording));
  std::size_t commits = 0;
  for (const auto& event : recording.events("ended"))
    if (text(event, "tag") == "COMMIT") ++commits;
  CHECK(commits >= expected);
}
