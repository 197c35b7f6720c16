#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"

namespace ride::journal::facts::test {
namespace {

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a statement by itself is committed when ready says idle", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "UPDATE orders SET a = 1", "UPDATE 3");
  const auto facts = story.derive();
  REQUIRE(outcomes(facts) == Words{"committed"});
  CHECK(facts.statements[0].n == 1);
  CHECK(facts.statements[0].transaction_before == "I");
  CHECK(facts.statements[0].transaction_after == "I");
  CHECK(facts.statements[0].tag == "UPDATE 3");
}

TEST_CASE("a statement whose ReadyForQuery never came is unknown", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.done(story.query(1, "INSERT INTO t VALUES (1)"), "INSERT 0 1").close(1, "cut");
  CHECK(outcomes(story.derive()) == Words{"unknown"});
}

TEST_CASE("COMMIT and ROLLBACK decide what stands before them", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(1, "INSERT INTO t VALUES (1)", "INSERT 0 1", 'T');
  story.run(1, "COMMIT", "COMMIT");
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(1, "INSERT INTO t VALUES (2)", "INSERT 0 1", 'T');
  story.run(1, "ROLLBACK", "ROLLBACK");
  const auto facts = story.derive();
  CHECK(outcomes(facts) ==
        Words{"committed", "committed", "committed", "rolled back", "rolled back", "rolled back"});
  CHECK(facts.statements[2].txid == facts.statements[0].txid);
  CHECK(facts.statements[3].txid == facts.statements[0].txid + 1);
  CHECK(facts.statements[1].transaction_before == "T");
}

TEST_CASE("wire 39: COMMIT of a failed transaction answers ROLLBACK and undoes it",
          "[facts][wire]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(1, "INSERT INTO t VALUES (1)", "INSERT 0 1", 'T');
  const auto bad = story.query(1, "SELECT nope");
  story.failed(bad, "42703").ready(1, bad, 'E');
  story.run(1, "COMMIT", "ROLLBACK");
  CHECK(outcomes(story.derive()) == Words{"rolled back", "rolled back", "failed", "rolled back"});
}

TEST_CASE("a COMMIT that fails undoes its transaction", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(1, "INSERT INTO t VALUES (1)", "INSERT 0 1", 'T');
  const auto commit = story.query(1, "COMMIT");
  story.failed(commit, "23503").ready(1, commit, 'I');
  CHECK(outcomes(story.derive()) == Words{"rolled back", "rolled back", "failed"});
}

TEST_CASE("an error in a string undoes what stands before it and skips the rest", "[facts]") {
  Story story;
  story.connect(1, 100);
  const auto request =
      story.query(1, "INSERT INTO t VALUES (1); SELECT 1/0; INSERT INTO t VALUES (2)");
  story.done(request, "INSERT 0 1", 0).failed(request, "22012", 1).ready(1, request);
  const auto facts = story.derive();
  CHECK(outcomes(facts) == Words{"rolled back", "failed", "skipped"});
  CHECK(facts.statements[1].sqlstate == "22012");
  CHECK(facts.statements[2].text == "INSERT INTO t VALUES (2)");
  CHECK(facts.writes.size() == 1);
}

TEST_CASE("COMMIT inside a string splits it into two transactions", "[facts]") {
  Story story;
  story.connect(1, 100);
  const auto request = story.query(1, "BEGIN; INSERT INTO t VALUES (1); COMMIT; SELECT 1/0");
  story.done(request, "BEGIN", 0)
      .done(request, "INSERT 0 1", 1)
      .done(request, "COMMIT", 2)
      .failed(request, "22012", 3)
      .ready(1, request);
  CHECK(outcomes(story.derive()) == Words{"committed", "committed", "committed", "failed"});
}

TEST_CASE("ROLLBACK TO undoes what came after the savepoint alone", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(1, "INSERT INTO t VALUES (1)", "INSERT 0 1", 'T');
  story.run(1, "SAVEPOINT a", "SAVEPOINT", 'T');
  story.run(1, "INSERT INTO t VALUES (2)", "INSERT 0 1", 'T');
  story.run(1, "SAVEPOINT b", "SAVEPOINT", 'T');
  const auto bad = story.query(1, "SELECT 1/0");
  story.failed(bad, "22012").ready(1, bad, 'E');
  story.run(1, "ROLLBACK TO SAVEPOINT a", "ROLLBACK", 'T');
  story.run(1, "INSERT INTO t VALUES (3)", "INSERT 0 1", 'T');
  story.run(1, "RELEASE a", "RELEASE", 'T');
  story.run(1, "COMMIT", "COMMIT");
  CHECK(outcomes(story.derive()) == Words{"committed", "committed", "committed", "rolled back",
                                          "rolled back", "failed", "committed", "committed",
                                          "committed", "committed"});
}

TEST_CASE("a session cut before COMMIT was sent is rolled back, after it unknown", "[facts]") {
  Story story;
  story.connect(1, 100).connect(2, 101);
  for (const std::uint32_t connection : {1U, 2U}) {
    story.run(connection, "BEGIN", "BEGIN", 'T');
    story.run(connection, "INSERT INTO t VALUES (1)", "INSERT 0 1", 'T');
  }
  story.close(1, "client_gone");
  story.cut(story.query(2, "COMMIT")).close(2, "cut");
  CHECK(outcomes(story.derive()) ==
        Words{"rolled back", "rolled back", "unknown", "unknown", "unknown"});
}

TEST_CASE("a transaction that is open at submit is unknown and says so", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(1, "INSERT INTO t VALUES (1)", "INSERT 0 1", 'T');
  story.event(Kind::submit_began).event(Kind::fence);
  const auto facts = story.derive();
  CHECK(outcomes(facts) == Words{"unknown", "unknown"});
  CHECK(facts.statements[1].transaction_after == "T");
}

TEST_CASE("an interruption ends open transactions", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(1, "INSERT INTO t VALUES (1)", "INSERT 0 1", 'T');
  story.how(Kind::attempt_ended, "interrupted");
  const auto facts = story.derive();
  CHECK(outcomes(facts) == Words{"rolled back", "rolled back"});
  REQUIRE(facts.gaps.size() == 1);
  CHECK(facts.gaps[0].kind == "interruption");
  CHECK(facts.gaps[0].n == 2);
}

TEST_CASE("wire 38: a pipeline is one transaction up to its Sync", "[facts][wire]") {
  Story story;
  story.connect(1, 100);
  story.parse(1, "", "INSERT INTO t VALUES (1)");
  story.bind(1, "", "");
  const auto first = story.execute(1, "");
  story.parse(1, "", "SELECT 1/0");
  story.bind(1, "", "");
  const auto second = story.execute(1, "");
  story.parse(1, "", "INSERT INTO t VALUES (2)");
  story.bind(1, "", "");
  const auto third = story.execute(1, "");
  story.done(first, "INSERT 0 1").failed(second, "22012").ready(1, third);
  CHECK(outcomes(story.derive()) == Words{"rolled back", "failed", "skipped"});
}

TEST_CASE("wire 38: a deferred constraint that fails at Sync undoes the pipeline",
          "[facts][wire]") {
  Story story;
  story.connect(1, 100);
  story.parse(1, "", "INSERT INTO t VALUES (1)");
  story.bind(1, "", "");
  const auto first = story.execute(1, "");
  story.done(first, "INSERT 0 1").failed(first, "23503").ready(1, first);
  const auto facts = story.derive();
  CHECK(outcomes(facts) == Words{"failed"});
  CHECK(facts.statements[0].sqlstate == "23503");
}

TEST_CASE("a prepared transaction is unknown until somebody resolves it", "[facts]") {
  Story story;
  story.connect(1, 100).connect(2, 101);
  for (const char* gid : {"'a'", "'b'", "'c'"}) {
    story.run(1, "BEGIN", "BEGIN", 'T');
    story.run(1, "INSERT INTO t VALUES (1)", "INSERT 0 1", 'T');
    story.run(1, std::string("PREPARE TRANSACTION ") + gid, "PREPARE TRANSACTION");
  }
  story.run(2, "COMMIT PREPARED 'a'", "COMMIT PREPARED");
  story.run(2, "ROLLBACK PREPARED 'b'", "ROLLBACK PREPARED");
  const auto found = outcomes(story.derive());
  CHECK(found[1] == "committed");
  CHECK(found[4] == "rolled back");
  CHECK(found[7] == "unknown");
  CHECK(found[9] == "committed");
}

TEST_CASE("a statement ended by FATAL failed, and its transaction is rolled back", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(1, "INSERT INTO t VALUES (1)", "INSERT 0 1", 'T');
  story.failed(story.query(1, "SELECT pg_sleep(9)"), "57P01").close(1, "fatal");
  CHECK(outcomes(story.derive()) == Words{"rolled back", "rolled back", "failed"});
}

}  // namespace ride::journal::facts::test
