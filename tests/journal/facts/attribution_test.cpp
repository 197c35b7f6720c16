#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"

namespace ride::journal::facts::test {
namespace {

using Words = std::vector<std::string>;

// A learner on connection 1 and the three actors of an incident, the first idle in its transaction.
Story incident() {
  Story story;
  story.actor("migration_runner", 201, "migration_runner_20260531");
  story.actor_state("migration_runner", 201, "idle_in_transaction");
  story.actor("app_writer", 202).actor_state("app_writer", 202, "waiting");
  story.actor("old_app", 203).connect(1, 100);
  return story;
}

}  // namespace

TEST_CASE("a literal pid names its victim", "[facts][attribution]") {
  auto story = incident();
  story.terminate(1, "SELECT pg_terminate_backend(201)");
  story.dies("migration_runner", 201);
  story.terminate(1, "select pg_terminate_backend(202, 5000)");
  story.dies("app_writer", 202);
  const auto facts = story.derive();
  CHECK(terminations(facts) == Words{"1 migration_runner 57P01 wire", "2 app_writer 57P01 wire"});
  CHECK(facts.terminations[0].victim_pid == 201);
  CHECK(facts.gaps.empty());
  REQUIRE(facts.changes.size() == 2);
  CHECK(facts.changes[0].kind == "termination");
  CHECK(facts.changes[0].object == "migration_runner");
}

TEST_CASE("a parameter names its victim, as text and binary", "[facts][attribution]") {
  auto story = incident();
  story.parse(1, "s", "SELECT pg_terminate_backend($1)");
  for (const bool binary : {false, true}) {
    story.bind(1, "", "s", binary ? bound({big_endian(202, 4)}, true) : bound({"201"}));
    const auto run = story.execute(1, "");
    story.rows(run, {{"pg_terminate_backend", 16, 0, 0, binary}}, {{binary ? "\x01" : "t"}});
    story.ready(1, run);
  }
  story.dies("app_writer", 202).dies("migration_runner", 201);
  CHECK(terminations(story.derive()) ==
        Words{"1 migration_runner 57P01 wire", "2 app_writer 57P01 wire"});
}

TEST_CASE("EXECUTE's argument names its victim", "[facts][attribution]") {
  auto story = incident();
  story.run(1, "PREPARE kill(int) AS SELECT pg_terminate_backend($1)", "PREPARE");
  story.terminate(1, "EXECUTE kill(202)");
  story.dies("app_writer", 202);
  CHECK(terminations(story.derive()) == Words{"2 app_writer 57P01 wire"});
}

TEST_CASE("the WHERE of the statement finds its victims", "[facts][attribution]") {
  auto story = incident();
  story.terminate(1,
                  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                  "WHERE application_name LIKE 'migration_runner%'");
  story.dies("migration_runner", 201);
  CHECK(terminations(story.derive()) == Words{"1 migration_runner 57P01 wire"});
}

TEST_CASE("a subquery over pg_stat_activity finds its victim", "[facts][attribution]") {
  auto story = incident();
  story.terminate(1,
                  "SELECT pg_terminate_backend((SELECT pid FROM pg_stat_activity "
                  "WHERE application_name = 'app_writer'))");
  story.dies("app_writer", 202);
  CHECK(terminations(story.derive()) == Words{"1 app_writer 57P01 wire"});
}

TEST_CASE("a pid beside the result names the victim where the WHERE cannot",
          "[facts][attribution]") {
  auto story = incident();
  const auto request = story.query(
      1, "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ 'orders'");
  story.rows(request, {{"pid", 23}, {"pg_terminate_backend", 16}}, {{"203", "t"}, {"999", "f"}});
  story.ready(1, request).dies("old_app", 203);
  const auto facts = story.derive();
  CHECK(terminations(facts) == Words{"1 old_app 57P01 wire"});
  REQUIRE(facts.termination_tries.size() == 1);
  CHECK(facts.termination_tries[0].victim_pid == 999);
  CHECK(facts.termination_tries[0].outcome == "returned false");
}

TEST_CASE("another session's pid beside the result is not taken for the victim's",
          "[facts][attribution]") {
  auto story = incident();
  const auto request =
      story.query(1,
                  "SELECT a.pid, pg_terminate_backend(b.pid) FROM pg_stat_activity "
                  "a, pg_stat_activity b WHERE b.query ~ 'x' LIMIT 1");
  story.rows(request, {{"pid", 23}, {"pg_terminate_backend", 16}}, {{"203", "t"}});
  story.ready(1, request).dies("app_writer", 202);
  CHECK(terminations(story.derive()) == Words{"1 app_writer 57P01 log"});
}

TEST_CASE("back-to-back statements each get their own victim, deaths in any order",
          "[facts][attribution]") {
  Story story;
  story.connect(1, 100);
  for (int i = 0; i < 50; ++i) {
    story.actor("migration_runner", 1000 + 2 * i, "migration_runner_20260531");
    story.actor("app_writer", 1001 + 2 * i);
    story.terminate(1,
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name LIKE 'migration_runner%'");
    story.terminate(1,
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE application_name = 'app_writer'");
    story.dies("app_writer", 1001 + 2 * i).dies("migration_runner", 1000 + 2 * i);
  }
  const auto facts = story.derive();
  REQUIRE(facts.terminations.size() == 100);
  for (std::size_t i = 0; i < 100; ++i) {
    CHECK(facts.terminations[i].statement == static_cast<std::int64_t>(i + 1));
    CHECK(facts.terminations[i].actor == (i % 2 == 0 ? "migration_runner" : "app_writer"));
    CHECK(facts.terminations[i].tier == "wire");
    CHECK_FALSE(facts.terminations[i].choice);
  }
}

TEST_CASE("a DO block that alone can have done it is the one", "[facts][attribution]") {
  auto story = incident();
  story.run(1, "DO $$ BEGIN PERFORM pg_terminate_backend(201); END $$", "DO");
  story.dies("migration_runner", 201);
  CHECK(terminations(story.derive()) == Words{"1 migration_runner 57P01 log"});
}

TEST_CASE("two DO blocks and two deaths are ambiguous", "[facts][attribution]") {
  auto story = incident();
  story.run(1, "DO $$ BEGIN EXECUTE 'SELECT pg_ter' || 'minate_backend(201)'; END $$", "DO");
  story.run(1, "DO $$ BEGIN EXECUTE 'SELECT pg_ter' || 'minate_backend(202)'; END $$", "DO");
  story.dies("migration_runner", 201).dies("app_writer", 202);
  const auto facts = story.derive();
  CHECK(terminations(facts) ==
        Words{"1 app_writer 57P01 log 1/0", "1 app_writer 57P01 log 1/2",
              "1 migration_runner 57P01 log 1/0", "1 migration_runner 57P01 log 1/1",
              "2 app_writer 57P01 log 1/1", "2 app_writer 57P01 log 1/3",
              "2 migration_runner 57P01 log 1/2", "2 migration_runner 57P01 log 1/3"});
  CHECK(facts.changes.size() == 8);
}

TEST_CASE("a second DO block sent after the death was read cannot have caused it",
          "[facts][attribution]") {
  auto story = incident();
  story.run(1, "DO $$ BEGIN EXECUTE 'x'; END $$", "DO");
  story.dies("migration_runner", 201);
  story.run(1, "DO $$ BEGIN EXECUTE 'y'; END $$", "DO");
  CHECK(terminations(story.derive()) == Words{"1 migration_runner 57P01 log"});
}

TEST_CASE("a learner's session by the blocker's name is no actor", "[facts][attribution]") {
  auto story = incident();
  story.connect(2, 109, "app_db", "migration_runner_9");
  story.terminate(1, "SELECT pg_terminate_backend(109)");
  story.fatal(109).close(2, "fatal");
  const auto facts = story.derive();
  CHECK(terminations(facts) == Words{"1 - 57P01 wire"});
  CHECK(facts.terminations[0].victim_pid == 109);
}

TEST_CASE("a name shared by the blocker and a learner ends both by one statement",
          "[facts][attribution]") {
  auto story = incident();
  story.connect(2, 109, "app_db", "migration_runner_9");
  story.terminate(1,
                  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                  "WHERE application_name LIKE 'migration%'",
                  {true, true});
  story.fatal(109).dies("migration_runner", 201);
  CHECK(terminations(story.derive()) == Words{"1 - 57P01 wire", "1 migration_runner 57P01 wire"});
}

TEST_CASE("a call that returned false or was refused is a try", "[facts][attribution]") {
  auto story = incident();
  story.terminate(1, "SELECT pg_terminate_backend(4711)", {false});
  const auto refused = story.query(1, "SELECT pg_terminate_backend(203)");
  story.failed(refused, "42501").ready(1, refused);
  const auto facts = story.derive();
  CHECK(facts.terminations.empty());
  REQUIRE(facts.termination_tries.size() == 2);
  CHECK(facts.termination_tries[0].outcome == "returned false");
  CHECK(facts.termination_tries[1].outcome == "failed");
  CHECK(facts.termination_tries[1].actor == "old_app");
}

TEST_CASE("everybody ended at once, the learner's own session too", "[facts][attribution]") {
  auto story = incident();
  const auto request = story.query(1, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity");
  story.failed(request, "57P01").close(1, "fatal");
  story.dies("migration_runner", 201).dies("app_writer", 202).dies("old_app", 203);
  CHECK(terminations(story.derive()) ==
        Words{"1 app_writer 57P01 log", "1 migration_runner 57P01 log", "1 old_app 57P01 log"});
}

TEST_CASE("a very long statement is attributed without its rows", "[facts][attribution]") {
  auto story = incident();
  const auto request =
      story.query(1, "SELECT pid, pg_terminate_backend(pid" + std::string(100'000, ' ') +
                         ") FROM pg_stat_activity WHERE query ~ 'x'");
  story.rows(request, {{"pid", 23}, {"pg_terminate_backend", 16}}, {{"203", "t"}});
  story.ready(1, request).dies("old_app", 203);
  CHECK(terminations(story.derive()) == Words{"1 old_app 57P01 log"});
}

TEST_CASE("DROP DATABASE FORCE ends the sessions of that database alone", "[facts][attribution]") {
  auto story = incident();
  story.actor("tenant_app", 204, "", "tenant_b");
  story.run(1, "DO $$ BEGIN EXECUTE 'x'; END $$", "DO");
  story.run(1, "DROP DATABASE tenant_b WITH (FORCE)", "DROP DATABASE");
  story.dies("app_writer", 202);
  CHECK(terminations(story.derive()) == Words{"1 app_writer 57P01 log"});
}

TEST_CASE("a death that nothing explains is a gap", "[facts][attribution]") {
  auto story = incident();
  story.run(1, "SELECT 1", "SELECT 1");
  story.dies("app_writer", 202);
  const auto facts = story.derive();
  CHECK(facts.terminations.empty());
  REQUIRE(facts.gaps.size() == 1);
  CHECK(facts.gaps[0].n == 1);
}

TEST_CASE("a pid that is used again means the session of its time", "[facts][attribution]") {
  auto story = incident();
  story.terminate(1, "SELECT pg_terminate_backend(202)");
  story.dies("app_writer", 202).actor("old_app", 202);
  story.terminate(1, "SELECT pg_terminate_backend(202)");
  story.dies("old_app", 202);
  CHECK(terminations(story.derive()) == Words{"1 app_writer 57P01 wire", "2 old_app 57P01 wire"});
}

TEST_CASE("a function of the learner's is a suspect once it is called", "[facts][attribution]") {
  auto story = incident();
  story.run(1, "CREATE FUNCTION calm() RETURNS void LANGUAGE sql AS 'SELECT 1'", "CREATE FUNCTION");
  story.run(1, "SELECT calm()", "SELECT 1");
  story.dies("old_app", 203);
  CHECK(terminations(story.derive()) == Words{"2 old_app 57P01 log"});
}

TEST_CASE("each server has its own pids", "[facts][attribution]") {
  auto story = incident();
  story.at("standby").actor("report", 201, "report").connect(2, 101);
  story.terminate(2, "SELECT pg_terminate_backend(201)");
  story.dies("report", 201);
  story.at("").terminate(1,
                         "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                         "WHERE application_name = 'migration_runner_20260531'");
  story.dies("migration_runner", 201);
  const auto facts = story.derive();
  CHECK(terminations(facts) == Words{"1 report 57P01 wire", "2 migration_runner 57P01 wire"});
  CHECK(facts.terminations[0].server == "standby");
  CHECK(facts.terminations[1].server == "main");
  CHECK(facts.statements[0].server == "standby");
  CHECK(facts.statements[1].server == "main");
  CHECK(facts.actors[3].actor == "report");
  CHECK(facts.actors[3].server == "standby");
  CHECK(facts.gaps.empty());
}

TEST_CASE("nobody is ended on another server", "[facts][attribution]") {
  auto story = incident();
  story.at("standby").connect(2, 101);
  story.terminate(2, "SELECT pg_terminate_backend(201)", {false});
  story.run(2, "DO $$ BEGIN PERFORM pg_terminate_backend(201); END $$", "DO");
  story.at("").dies("migration_runner", 201);
  const auto facts = story.derive();
  CHECK(facts.terminations.empty());
  REQUIRE(facts.gaps.size() == 1);
  CHECK(facts.gaps[0].reason == "migration_runner was ended, and no recorded statement did it");
}

}  // namespace ride::journal::facts::test
