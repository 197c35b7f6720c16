#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"

namespace ride::journal::facts::test {
namespace {

std::string body(std::initializer_list<std::pair<Field, std::string_view>> texts,
                 std::initializer_list<std::pair<Field, std::uint64_t>> numbers = {}) {
  std::string out;
  for (const auto& [field, value] : texts) FieldWriter(out).put(field, value);
  for (const auto& [field, value] : numbers) FieldWriter(out).put(field, value);
  return out;
}

}  // namespace

TEST_CASE("hints, logs, probes and gaps stand behind the statement before them", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.event(Kind::hint, body({}, {{Field::number, 1}}));
  story.run(1, "SELECT 1", "SELECT 1");
  story.event(Kind::log_shown, body({{Field::text, "FATAL …"}}, {{Field::number, 12}}));
  story.event(Kind::probe,
              body({{Field::name, "waiting"}, {Field::text, "3"}, {Field::how, "unhealthy"}}));
  story.event(Kind::gap, body({{Field::message, "lost track"}}), 1);
  story.run(1, "SELECT 2", "SELECT 1");
  story.event(Kind::submit_began);
  story.event(Kind::check, body({{Field::name, "default-set"},
                                 {Field::how, "before"},
                                 {Field::state, "pass"},
                                 {Field::text, "0"}}));
  story.event(Kind::workload,
              body({{Field::actor, "old_app"}}, {{Field::number, 4}, {Field::rows, 5}}));
  story.event(Kind::fence);
  const auto facts = story.derive();
  CHECK(facts.hints.at(0).at_n == 0);
  CHECK(facts.logs.at(0).at_n == 1);
  CHECK(facts.logs.at(0).lines == 12);
  CHECK(facts.probes.at(0).state == "unhealthy");
  CHECK(facts.gaps.at(0).n == 1);
  CHECK(facts.gaps.at(0).kind == "gap");
  CHECK(facts.checks.at(0).moment == "before");
  CHECK(facts.workloads.at(0).done == 4);
}

TEST_CASE("actors' sessions are rows of their own, from connect to end", "[facts]") {
  Story story;
  story.actor("app_writer", 202).dies("app_writer", 202);
  story.actor_state("app_writer", 0, "reconnecting").actor("app_writer", 207);
  const auto facts = story.derive();
  REQUIRE(facts.actors.size() == 2);
  CHECK(facts.actors[0].sqlstate == "57P01");
  CHECK(facts.actors[0].ended);
  CHECK(facts.actors[1].pid == 207);
  CHECK_FALSE(facts.actors[1].ended);
}

TEST_CASE("the log says why an actor's session ended where the actor cannot", "[facts]") {
  Story story;
  story.actor("app_writer", 202).fatal(202).actor_state("app_writer", 202, "ended");
  story.actor("old_app", 203).fatal(203);
  const auto facts = story.derive();
  REQUIRE(facts.actors.size() == 2);
  CHECK(facts.actors[0].sqlstate == "57P01");
  CHECK(facts.actors[1].sqlstate == "57P01");
  CHECK(facts.actors[1].ended);
}

TEST_CASE("a refused connection is recorded with its SQLSTATE", "[facts]") {
  Story story;
  story.event(Kind::connection_opened, "", 3);
  story.event(Kind::connection_started, body({{Field::user, "postgres"}}), 3);
  story.event(Kind::connection_refused, body({{Field::error, error_body("28P01", "no")}}), 3);
  const auto facts = story.derive();
  REQUIRE(facts.connections.size() == 1);
  CHECK(facts.connections[0].outcome == "refused");
  CHECK(facts.connections[0].sqlstate == "28P01");
  CHECK(facts.connections[0].database == "postgres");
}

}  // namespace ride::journal::facts::test
