#include "journal/facts/times.hpp"

#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"

namespace ride::journal::facts::test {
namespace {

using Times = std::vector<Number>;  // think, queued, server, transfer

Times times(const StatementRow& row) {
  return {row.think_us, row.queued_us, row.server_us, row.transfer_us};
}

}  // namespace

// Events of a Story are a millisecond apart; the first bytes of answers are put in by hand.

TEST_CASE("a statement's time is think, server and transfer", "[facts][times]") {
  Story story;
  story.connect(1, 100);                             // ready at 3 ms
  story.event(Kind::hint).event(Kind::hint);         // 4, 5
  const auto request = story.query(1, "SELECT 1");   // 6
  story.event(Kind::hint).event(Kind::hint);         // 7, 8
  story.first_byte_ms(8).done(request, "SELECT 1");  // 9
  story.event(Kind::hint).ready(1, request);         // 10, 11
  const auto next = story.query(1, "SELECT 2");      // 12
  story.done(next, "SELECT 1").ready(1, next);       // 13, 14
  const auto cut = story.query(1, "SELECT 3");       // 15
  story.cut(cut);
  const auto facts = story.derive();
  REQUIRE(facts.statements.size() == 3);
  CHECK(times(facts.statements[0]) == Times{3000, 0, 2000, 1000});
  CHECK(times(facts.statements[1]) == Times{1000, 0, 1000, 0});
  CHECK(times(facts.statements[2]) == Times{{}, {}, {}, {}});
}

TEST_CASE("a pipelined statement waits for those before it, and nobody's time counts twice",
          "[facts][times]") {
  Story story;
  story.connect(1, 100);                                    // ready at 3 ms
  const auto one = story.query(1, "SELECT 1; SELECT 2");    // 4
  const auto two = story.query(1, "SELECT 3");              // 5
  story.done(one, "SELECT 1");                              // 6
  story.first_byte_ms(7).event(Kind::hint);                 // 7
  story.done(one, "SELECT 1", 1);                           // 8
  story.ready(1, one).done(two, "SELECT 1").ready(1, two);  // 9, 10, 11
  const auto facts = story.derive();
  REQUIRE(facts.statements.size() == 3);
  CHECK(times(facts.statements[0]) == Times{1000, 0, 2000, 0});
  CHECK(times(facts.statements[1]) == Times{0, 2000, 1000, 1000});
  CHECK(times(facts.statements[2]) == Times{0, 4000, 1000, 0});
}

TEST_CASE("a portal's time is that of its fetches, a failed commit's is its last statement's",
          "[facts][times]") {
  Story story;
  story.connect(1, 100);                                // ready at 3 ms
  story.parse(1, "", "SELECT x FROM t");                // 4
  story.bind(1, "p", "");                               // 5
  const auto first = story.execute(1, "p", 1);          // 6
  story.rows(first, {{"x"}}, {{"a"}}, 0, "suspended");  // 7
  story.event(Kind::hint);                              // 8: the client looks at it
  const auto second = story.execute(1, "p", 0);         // 9
  story.rows(second, {{"x"}}, {{"b"}});                 // 10
  story.event(Kind::hint).failed(second, "23503", 1);   // 11, 12
  story.ready(1, second);                               // 13
  const auto facts = story.derive();
  REQUIRE(facts.statements.size() == 1);
  CHECK(facts.statements[0].fetches == 2);
  CHECK(times(facts.statements[0]) == Times{3000, 0, 4000, 0});
}

}  // namespace ride::journal::facts::test
