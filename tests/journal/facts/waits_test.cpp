#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"

namespace ride::journal::facts::test {
namespace {

constexpr const char* start =
    R"({"relations":[{"schema":"public","name":"orders","oid":16400,"kind":"r","columns":[]}]})";

}  // namespace

TEST_CASE("a wait names waiter, blocker, lock and relation", "[facts][waits]") {
  const std::string text = "ALTER TABLE orders ADD COLUMN x int";
  Story story;
  story.snapshot("start", "app_db", start);
  story.actor("migration_runner", 201).actor("app_writer", 202).connect(1, 100);
  story.log(202,
            "process 202 still waiting for RowExclusiveLock on relation 16400 of database 5 "
            "after 200.071 ms",
            "UPDATE …", "Process holding the lock: 201. Wait queue: 202.");
  const auto request = story.query(1, text);
  story.log(100,
            "process 100 still waiting for AccessExclusiveLock on relation 16400 of database 5 "
            "after 200.071 ms",
            text, "Processes holding the lock: 201, 202. Wait queue: 100.");
  story.log(100,
            "process 100 acquired AccessExclusiveLock on relation 16400 of database 5 after "
            "950.1 ms",
            text);
  story.done(request, "ALTER TABLE").ready(1, request);
  const auto facts = story.derive();
  REQUIRE(facts.waits.size() == 3);
  CHECK(facts.waits[0].waiter == "app_writer");
  CHECK(facts.waits[0].blocker == "migration_runner");
  CHECK(facts.waits[0].lock == "RowExclusiveLock");
  CHECK_FALSE(facts.waits[0].statement);
  CHECK_FALSE(facts.waits[0].acquired);
  CHECK(facts.waits[1].waiter == "learner");
  CHECK(facts.waits[1].statement == 1);
  CHECK(facts.waits[1].relation == "public.orders");
  CHECK(facts.waits[1].blocker == "migration_runner");
  CHECK(facts.waits[1].acquired);
  CHECK(facts.waits[2].blocker == "app_writer");
}

TEST_CASE("a wait that a learner raised, or that is endless, is none", "[facts][waits]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "DO $$ … $$", "DO");
  const std::string wait = "process 100 still waiting for ShareLock on ";
  story.log(100, wait + "relation 1 of database 5 after 200.0 ms", "DO $$ … $$",
            "Process holding the lock: 7. Wait queue: 100.",
            "PL/pgSQL function inline_code_block line 1 at RAISE");
  story.log(100, wait + std::string(1'000'000, 'x') + " after 200.0 ms");
  CHECK(story.derive().waits.empty());
}

TEST_CASE("a learner who blocks is named with the statement", "[facts][waits]") {
  Story story;
  story.actor("app_writer", 202).connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(1, "LOCK TABLE orders", "LOCK TABLE", 'T');
  story.log(202,
            "process 202 still waiting for RowExclusiveLock on relation 1 of database 5 after "
            "200.0 ms",
            "UPDATE …", "Process holding the lock: 100. Wait queue: 202.");
  const auto facts = story.derive();
  REQUIRE(facts.waits.size() == 1);
  CHECK(facts.waits[0].blocker == "learner");
  CHECK(facts.waits[0].blocker_statement == 2);
}

}  // namespace ride::journal::facts::test
