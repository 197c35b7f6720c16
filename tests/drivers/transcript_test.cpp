#include "tests/drivers/transcript.hpp"

#include "tests/catch.hpp"

using namespace ride::test;

namespace {

ride::journal::facts::StatementRow statement(const char* text, const char* outcome) {
  ride::journal::facts::StatementRow row;
  row.connection = 7;
  row.text = text;
  row.outcome = outcome;
  return row;
}

ride::journal::facts::Facts two_statements() {
  ride::journal::facts::Facts facts;
  facts.connections.emplace_back();
  facts.connections[0].connection = 7;
  facts.connections[0].pid = 4711;
  facts.statements.push_back(statement("SELECT 1", "committed"));
  facts.statements.push_back(statement("SELECT 1/0", "failed"));
  facts.statements[1].sqlstate = "22012";
  return facts;
}

}  // namespace

TEST_CASE("a claim that the record bears out in its order contradicts nothing", "[drivers]") {
  const auto said = claims("noise\nran pid=4711 ok SELECT 1\nran pid=4711 22012 SELECT 1/…\n");
  REQUIRE(said.size() == 2);
  CHECK(contradictions(said, two_statements()) == "");
}

TEST_CASE("a claim with another outcome, text, order or backend contradicts the record",
          "[drivers]") {
  for (const auto* output :
       {"ran pid=4711 ok SELECT 1/0", "ran pid=4711 ok SELECT 2", "ran pid=4712 ok SELECT 1",
        "ran pid=4711 skipped SELECT 1", "ran pid=4711 22012 SELECT 1/0\nran pid=4711 ok SELECT 1",
        "ran pid=4711 ok SELECT 1\nran pid=4711 ok SELECT 1"})
    CHECK(contradictions(claims(output), two_statements()) != "");
}

TEST_CASE("outputs that differ in nothing but pids are the same", "[drivers]") {
  CHECK(first_difference("a pid=10 pid=11\npid=10", "a pid=20 pid=21\npid=20") == "");
  CHECK(first_difference("a pid=10 pid=11", "a pid=20 pid=20") != "");
  CHECK(first_difference("a\nb", "a") == "b\n  instead of\n(the end)\n");
}
