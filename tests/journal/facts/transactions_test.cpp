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

TEST_CASE("what was sent behind a ROLLBACK without an answer may have been committed", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.cut(story.query(1, "ROLLBACK; INSERT INTO t VALUES (1)")).close(1, "client_gone");
  CHECK(outcomes(story.derive()) == Words{"rolled back", "rolled back", "unknown"});
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

TEST_CASE("a prepared transaction is resolved once, by who comes after it", "[facts]") {
  Story story;
  story.connect(1, 100).connect(2, 101);
  const auto prepare = [&] {
    story.run(1, "BEGIN", "BEGIN", 'T');
    story.run(1, "PREPARE TRANSACTION 'a'", "PREPARE TRANSACTION");
  };
  story.run(2, "COMMIT PREPARED 'a'", "COMMIT PREPARED");  // of one that this record has not seen
  prepare();
  story.run(2, "ROLLBACK PREPARED 'a'", "ROLLBACK PREPARED");
  prepare();  // resolved elsewhere
  prepare();
  story.run(2, "COMMIT PREPARED 'a'", "COMMIT PREPARED");
  const auto found = outcomes(story.derive());
  CHECK(found[2] == "rolled back");
  CHECK(found[5] == "unknown");
  CHECK(found[7] == "committed");
}

TEST_CASE("answers of two sessions may cross: the request says what came first", "[facts]") {
  Story story;
  story.connect(1, 100).connect(2, 101);
  story.run(1, "BEGIN", "BEGIN", 'T');
  const auto prepare = story.query(1, "PREPARE TRANSACTION 'a'");
  story.run(2, "COMMIT PREPARED 'a'", "COMMIT PREPARED");
  story.done(prepare, "PREPARE TRANSACTION").ready(1, prepare);
  CHECK(outcomes(story.derive()) == Words{"committed", "committed", "committed"});
}

TEST_CASE("a PREPARE TRANSACTION without an answer came about if somebody could resolve it",
          "[facts]") {
  Story story;
  story.connect(1, 100).connect(2, 101).connect(3, 102);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(1, "INSERT INTO t VALUES (1)", "INSERT 0 1", 'T');
  story.cut(story.query(1, "PREPARE TRANSACTION 'a'")).close(1, "client_gone");
  story.run(2, "BEGIN", "BEGIN", 'T');
  story.cut(story.query(2, "PREPARE TRANSACTION 'b'")).close(2, "client_gone");
  story.run(3, "ROLLBACK PREPARED 'a'", "ROLLBACK PREPARED");
  CHECK(outcomes(story.derive()) ==
        Words{"rolled back", "rolled back", "rolled back", "unknown", "unknown", "committed"});
}

TEST_CASE("nobody knows which of two PREPARE TRANSACTION without an answer was resolved",
          "[facts]") {
  Story story;
  story.connect(1, 100).connect(2, 101).connect(3, 102);
  for (const std::uint32_t connection : {1U, 2U}) {
    story.run(connection, "BEGIN", "BEGIN", 'T');
    story.cut(story.query(connection, "PREPARE TRANSACTION 'a'")).close(connection, "cut");
  }
  story.run(3, "COMMIT PREPARED 'a'", "COMMIT PREPARED");
  CHECK(outcomes(story.derive()) == Words{"unknown", "unknown", "unknown", "unknown", "committed"});
}

TEST_CASE("what was open at a gap is unknown, whatever comes behind it", "[facts]") {
  Story story;
  story.connect(1, 100).connect(2, 101);
  for (const std::uint32_t connection : {1U, 2U}) {
    story.run(connection, "INSERT INTO t VALUES (0)", "INSERT 0 1");
    story.run(connection, "BEGIN", "BEGIN", 'T');
    story.run(connection, "INSERT INTO t VALUES (1)", "INSERT 0 1", 'T');
  }
  story.event(Kind::gap, "", 1);  // COMMIT and BEGIN, perhaps
  for (const std::uint32_t connection : {1U, 2U}) {
    story.run(connection, "INSERT INTO t VALUES (2)", "INSERT 0 1", 'T');
    story.run(connection, "ROLLBACK", "ROLLBACK");
  }
  CHECK(outcomes(story.derive()) == Words{"committed", "unknown", "unknown", "committed",
                                          "rolled back", "rolled back", "rolled back",
                                          "rolled back", "rolled back", "rolled back"});
}

TEST_CASE("a session that ends behind a gap leaves its transaction unknown", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.event(Kind::gap, "", 1).close(1, "client_gone");
  CHECK(outcomes(story.derive()) == Words{"unknown"});
}

TEST_CASE("events lost from the whole record leave open transactions unknown", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  std::string lost;
  FieldWriter(lost).put(Field::number, std::uint64_t{7});
  story.event(Kind::gap, lost);
  story.run(1, "COMMIT", "COMMIT");
  CHECK(outcomes(story.derive()) == Words{"unknown", "committed"});
}

TEST_CASE("a savepoint that was made where the record does not reach", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  story.run(1, "INSERT INTO t VALUES (1)", "INSERT 0 1", 'T');
  story.run(1, "ROLLBACK TO s", "ROLLBACK", 'T');
  story.run(1, "INSERT INTO t VALUES (2)", "INSERT 0 1", 'T');
  story.run(1, "COMMIT", "COMMIT");
  CHECK(outcomes(story.derive()) ==
        Words{"unknown", "unknown", "committed", "committed", "committed"});
}

TEST_CASE("answers that could not be followed leave their batch unknown", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.parse(1, "", "INSERT INTO t VALUES (1)");
  story.bind(1, "", "");
  const auto first = story.execute(1, "");
  const auto second = story.execute(1, "");
  story.done(first, "INSERT 0 1").cut(second).ready(1, second);
  CHECK(outcomes(story.derive()) == Words{"unknown"});
}

TEST_CASE("a FATAL behind a string's last answer ends the session and no statement", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  const auto last = story.query(1, "INSERT INTO t VALUES (1)");
  story.done(last, "INSERT 0 1").fatal(last, "57P01", 1).close(1, "fatal");
  const auto facts = story.derive();
  CHECK(outcomes(facts) == Words{"rolled back", "rolled back"});
  CHECK_FALSE(facts.statements[1].sqlstate);
}

TEST_CASE("what was sent behind a FATAL never ran", "[facts]") {
  Story story;
  story.connect(1, 100);
  story.run(1, "BEGIN", "BEGIN", 'T');
  const auto dying = story.query(1, "SELECT pg_terminate_backend(pg_backend_pid())");
  const auto commit = story.query(1, "COMMIT");
  story.fatal(dying, "57P01").cut(commit).close(1, "fatal");
  CHECK(outcomes(story.derive()) == Words{"rolled back", "failed", "skipped"});
}

TEST_CASE("behind a failed batch that no ReadyForQuery closed, what was cut may have run",
          "[facts]") {
  Story story;
  story.connect(1, 100);
  struct Requests {
    Seq parse = 0, bind = 0, execute = 0;
  };
  const auto execute = [&](const char* text) {
    return Requests{story.parse(1, "", text), story.bind(1, "", ""), story.execute(1, "")};
  };
  const auto bad = execute("SELECT 1/0");
  execute("SELECT 'skipped'");
  const auto behind_sync = execute("INSERT INTO t VALUES (1)");
  story.failed(bad.execute, "22012");
  story.cut(behind_sync.parse).cut(behind_sync.bind).cut(behind_sync.execute);
  story.close(1, "client_gone");
  CHECK(outcomes(story.derive()) == Words{"failed", "skipped", "unknown"});
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
