#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"

namespace ride::journal::facts::test {

TEST_CASE("reads, writes and calls are named by schema and database", "[facts]") {
  Story story;
  story.connect(1, 100, "tenant_b");
  story.run(1, "INSERT INTO schema_migrations SELECT version FROM app.versions, pg_locks",
            "INSERT 0 1");
  story.run(1, "SELECT pg_blocking_pids(42), lower('A')", "SELECT 1");
  const auto facts = story.derive();
  REQUIRE(facts.writes.size() == 1);
  CHECK(facts.writes[0].relation == "public.schema_migrations");
  CHECK(facts.writes[0].action == "insert");
  CHECK(facts.writes[0].database == "tenant_b");
  REQUIRE(facts.reads.size() == 2);
  CHECK(facts.reads[0].relation == "app.versions");
  CHECK(facts.reads[1].relation == "pg_catalog.pg_locks");
  REQUIRE(facts.calls.size() == 2);
  CHECK(facts.calls[0].function == "pg_blocking_pids");
  CHECK(facts.calls[0].arguments == R"(["42"])");
}

TEST_CASE("PREPARE and EXPLAIN do nothing, EXPLAIN ANALYZE and EXECUTE do", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "PREPARE d AS DELETE FROM orders", "PREPARE");
  story.run(1, "EXPLAIN DELETE FROM orders", "EXPLAIN");
  CHECK(story.derive().writes.empty());
  story.run(1, "EXPLAIN ANALYZE DELETE FROM orders", "EXPLAIN");
  story.run(1, "EXECUTE d", "DELETE 3");
  const auto facts = story.derive();
  REQUIRE(facts.writes.size() == 2);
  CHECK(facts.writes[0].statement == 3);
  CHECK(facts.writes[1].statement == 4);
}

TEST_CASE("a refused ALTER ROLE is kept as failed and changed nothing", "[facts]") {
  Story story;
  story.connect(1, 100);
  const auto request = story.query(1, "ALTER ROLE app_user SUPERUSER");
  story.failed(request, "42501").ready(1, request);
  const auto facts = story.derive();
  REQUIRE(facts.role_changes.size() == 1);
  CHECK(facts.role_changes[0].change == "superuser");
  CHECK(facts.role_changes[0].outcome == "failed");
  CHECK(facts.changes.empty());
}

TEST_CASE("settings of a database change something, those of a session do not", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "SET statement_timeout = 0", "SET");
  story.run(1, "ALTER DATABASE app_db SET search_path = x", "ALTER DATABASE");
  const auto facts = story.derive();
  REQUIRE(facts.settings.size() == 2);
  CHECK(facts.settings[0].scope == "session");
  CHECK(facts.settings[1].scope == "database");
  std::size_t settings = 0;
  for (const auto& change : facts.changes) settings += change.kind == "setting" ? 1 : 0;
  CHECK(settings == 1);
}

TEST_CASE("a name in another schema than public is found by the snapshot", "[facts]") {
  Story story;
  story.snapshot("start", "app_db",
                 R"({"relations":[{"schema":"shop","name":"items","oid":5,"kind":"r","columns":[]},
                     {"schema":"shop","name":"orders","oid":6,"kind":"v","columns":[]},
                     {"schema":"public","name":"orders","oid":7,"kind":"r","columns":[]}]})");
  story.connect(1, 100);
  story.run(1, "SELECT * FROM items, orders", "SELECT 1");
  const auto facts = story.derive();
  REQUIRE(facts.reads.size() == 2);
  CHECK(facts.reads[0].relation == "shop.items");
  CHECK(facts.reads[1].relation == "public.orders");
}

TEST_CASE("a skipped statement reads nothing, and its DDL is marked skipped", "[facts]") {
  Story story;
  story.connect(1, 100);
  const auto request = story.query(1, "SELECT 1/0; SELECT * FROM t; CREATE INDEX i ON t (a)");
  story.failed(request, "22012").ready(1, request);
  const auto facts = story.derive();
  CHECK(facts.reads.empty());
  REQUIRE(facts.ddl.size() == 1);
  CHECK(facts.ddl[0].outcome == "skipped");
  CHECK(facts.ddl[0].object == "public.t");
}

}  // namespace ride::journal::facts::test
