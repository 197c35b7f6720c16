#include "scorer/harm.hpp"

#include <string>
#include <vector>

#include "journal/facts/log_line.hpp"
#include "journal/fields.hpp"
#include "scorer/lock_waits.hpp"
#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"

namespace ride::scorer {
namespace {

namespace facts = journal::facts;
using facts::test::Story;

constexpr const char* orders =
    R"({"relations":[{"schema":"public","name":"orders","oid":16400,"kind":"r","columns":[]}]})";
constexpr const char* table = "relation 16400 of database 5";

// An incident: app_db with orders, pid 201 migration, 202 writer, 203 reader, learner's 100 and
// 101. Events are a millisecond apart, and so are their log lines.
struct Incident {
  Story story;

  Incident() {
    story.snapshot("start", "app_db", orders);
    story.actor("migration", 201).actor("writer", 202).actor("reader", 203);
    story.connect(1, 100).connect(2, 101);
  }

  // `pids`: "Process holding the lock: 201. Wait queue: 202."
  void waits(int pid, const std::string& lock, const std::string& object, int ms,
             const std::string& pids, const std::string& text = "",
             const std::string& context = "") {
    story.log(pid,
              "process " + std::to_string(pid) + " still waiting for " + lock + " on " + object +
                  " after " + std::to_string(ms) + ".000 ms",
              text, pids, context);
  }
  void got(int pid, const std::string& lock, const std::string& object, int ms,
           const std::string& text = "") {
    story.log(pid,
              "process " + std::to_string(pid) + " acquired " + lock + " on " + object + " after " +
                  std::to_string(ms) + ".000 ms",
              text);
  }
  void pass(int ms) {
    for (int i = 0; i < ms; ++i) story.event(journal::Kind::probe);
  }

  std::vector<facts::LogLine> lines() const {
    std::vector<facts::LogLine> out;
    for (const auto& event : story.events())
      if (event.kind == journal::Kind::log_line)
        if (auto line = facts::read_log_line(event, journal::Fields(event.body)))
          out.push_back(*line);
    return out;
  }
  Harm harm() const { return harm_of(story.derive(), lines(), story.events().back().at_us); }
};

// "#2 writer 3 behind 1 at least", milliseconds.
std::vector<std::string> told(const Harm& harm) {
  std::vector<std::string> out;
  for (const auto& row : harm.statements)
    out.push_back("#" + std::to_string(row.statement) + " " + row.actor + " " +
                  std::to_string(row.blocked_us / 1000) +
                  (row.behind_us == 0 ? "" : " behind " + std::to_string(row.behind_us / 1000)) +
                  (row.at_least ? " at least" : ""));
  return out;
}
using Told = std::vector<std::string>;

}  // namespace

TEST_CASE("a lock held in a transaction is blamed on the first statement that took it",
          "[scorer][harm]") {
  Incident it;
  it.story.run(1, "BEGIN", "BEGIN", 'T');
  it.story.run(1, "SELECT * FROM orders", "SELECT 1", 'T');
  it.story.run(1, "UPDATE orders SET x = 1", "UPDATE 1", 'T');
  it.story.run(1, "LOCK TABLE orders IN SHARE MODE", "LOCK TABLE", 'T');
  it.waits(202, "RowExclusiveLock", table, 2, "Process holding the lock: 100. Wait queue: 202.");
  it.story.run(1, "SELECT 1", "SELECT 1", 'T');
  it.story.run(1, "COMMIT", "COMMIT");
  it.got(202, "RowExclusiveLock", table, 8);
  const auto harm = it.harm();
  CHECK(told(harm) == Told{"#4 writer 7"});  // the answer of COMMIT was a millisecond earlier
  CHECK(harm.statements.front().relations == Told{"public.orders"});
  REQUIRE(harm.actors.size() == 1);
  CHECK(harm.actors[0].blocked_us == 8'000);
  CHECK(harm.actors[0].by_learner_us == 7'000);
  CHECK_FALSE(harm.at_least());
}

TEST_CASE("a wait that stood in the queue before the statement came is none of its doing",
          "[scorer][harm]") {
  Incident it;
  it.waits(202, "RowExclusiveLock", table, 2, "Process holding the lock: 201. Wait queue: 202.");
  const std::string alter = "ALTER TABLE orders ADD COLUMN x int";
  const auto request = it.story.query(1, alter);
  it.waits(100, "AccessExclusiveLock", table, 1,
           "Process holding the lock: 201. Wait queue: 202, 100.", alter);
  it.story.dies("migration", 201);
  it.got(202, "RowExclusiveLock", table, 6);
  it.got(100, "AccessExclusiveLock", table, 6, alter);
  it.story.done(request, "ALTER TABLE").ready(1, request);
  const auto harm = it.harm();
  CHECK(told(harm).empty());
  REQUIRE(harm.actors.size() == 2);
  CHECK(harm.actors[0].actor == "migration");
  REQUIRE(harm.actors[0].errors.size() == 1);
  CHECK(harm.actors[0].errors[0].sqlstate == "57P01");
  CHECK(harm.actors[1].blocked_us == 6'000);
  CHECK(harm.actors[1].by_learner_us == 0);
}

TEST_CASE(
    "who waits behind a waiting ALTER TABLE waits for it, as long as nobody else is known "
    "to be in the way",
    "[scorer][harm]") {
  Incident it;
  const std::string alter = "ALTER TABLE orders ADD COLUMN x int";
  const auto request = it.story.query(1, alter);
  it.pass(2);
  it.waits(100, "AccessExclusiveLock", table, 2, "Process holding the lock: 201. Wait queue: 100.",
           alter);
  it.pass(2);
  it.waits(203, "AccessShareLock", table, 1,
           "Process holding the lock: 201. Wait queue: 100, 203.");
  it.pass(1);
  it.story.dies("migration", 201);
  it.got(100, "AccessExclusiveLock", table, 9, alter);
  it.pass(1);
  it.story.done(request, "ALTER TABLE").ready(1, request);
  it.got(203, "AccessShareLock", table, 9);
  CHECK(told(it.harm()) == Told{"#1 reader 7 behind 5"});
}

TEST_CASE("while somebody else is known to be in the way anyway, the statement is not to blame",
          "[scorer][harm]") {
  Incident it;
  it.waits(202, "RowExclusiveLock", table, 1, "Process holding the lock: 201. Wait queue: 202.");
  it.story.fatal(202);  // gave up, and asks again behind the ALTER TABLE
  it.story.actor_state("writer", 202, "ended", "57P01");
  it.story.actor("writer", 302);
  const std::string alter = "ALTER TABLE orders ADD COLUMN x int";
  const auto request = it.story.query(1, alter);
  it.pass(1);
  it.waits(100, "AccessExclusiveLock", table, 1, "Process holding the lock: 201. Wait queue: 100.",
           alter);
  it.waits(302, "RowExclusiveLock", table, 0,
           "Process holding the lock: 201. Wait queue: 100, 302.");
  it.pass(4);
  it.story.dies("migration", 201);
  it.got(100, "AccessExclusiveLock", table, 9, alter);
  it.pass(3);
  it.story.done(request, "ALTER TABLE").ready(1, request);
  it.got(302, "RowExclusiveLock", table, 12);
  const auto harm = it.harm();
  REQUIRE(harm.statements.size() == 1);
  CHECK(harm.statements[0].statement == 1);
  CHECK(harm.statements[0].actor == "writer");
  CHECK(harm.statements[0].blocked_us == 5'000);  // from the migration's end to the answer
  CHECK(harm.statements[0].behind_us == 1'000);
}

TEST_CASE("a wait whose end is not recorded lasted at least until the end", "[scorer][harm]") {
  Incident it;
  it.story.run(1, "BEGIN", "BEGIN", 'T');
  it.story.run(1, "LOCK TABLE orders", "LOCK TABLE", 'T');
  it.waits(202, "RowExclusiveLock", table, 1, "Process holding the lock: 100. Wait queue: 202.");
  it.pass(10);
  const auto harm = it.harm();
  CHECK(told(harm) == Told{"#2 writer 11 at least"});
  CHECK(sentence_of(harm.statements.front()) == "kept writer waiting at least 0.0 s");
  CHECK(harm.at_least());
}

TEST_CASE("a transaction that only read is in nobody's way, though the server lists it",
          "[scorer][harm]") {
  Incident it;
  it.story.run(1, "BEGIN", "BEGIN", 'T');
  it.story.run(1, "SELECT * FROM orders", "SELECT 1", 'T');
  it.waits(202, "RowExclusiveLock", table, 1,
           "Processes holding the lock: 201, 100. Wait queue: 202.");
  it.pass(3);
  CHECK(told(it.harm()).empty());
}

TEST_CASE("a row is held by the first statement of the transaction that wrote its table",
          "[scorer][harm]") {
  Incident it;
  it.story.run(1, "BEGIN", "BEGIN", 'T');
  it.story.run(1, "UPDATE other SET x = 1", "UPDATE 1", 'T');
  it.story.run(1, "UPDATE orders SET x = 1", "UPDATE 1", 'T');
  it.waits(202, "ShareLock", "transaction 752", 1,
           "Process holding the lock: 100. Wait queue: 202.", "UPDATE …",
           "while updating tuple (0,108) in relation \"orders\"");
  it.story.run(1, "ROLLBACK", "ROLLBACK");
  it.got(202, "ShareLock", "transaction 752", 4);
  CHECK(told(it.harm()) == Told{"#3 writer 3"});
}

TEST_CASE("a session that waits for the learner hands its wait on", "[scorer][harm]") {
  Incident it;
  it.story.run(1, "BEGIN", "BEGIN", 'T');
  it.story.run(1, "UPDATE orders SET x = 1 WHERE id = 1", "UPDATE 1", 'T');
  it.waits(202, "ShareLock", "transaction 752", 1,
           "Process holding the lock: 100. Wait queue: 202.", "UPDATE …",
           "while updating tuple (0,1) in relation \"orders\"");
  // The reader wants a row that the writer has written.
  it.waits(203, "ShareLock", "transaction 751", 1,
           "Process holding the lock: 202. Wait queue: 203.");
  it.pass(4);
  it.story.run(1, "COMMIT", "COMMIT");
  it.got(202, "ShareLock", "transaction 752", 9);
  it.got(203, "ShareLock", "transaction 751", 9);
  CHECK(told(it.harm()) == Told{"#2 reader 7", "#2 writer 8"});
}

TEST_CASE("sessions that wait for each other are gone round once", "[scorer][harm]") {
  Incident it;
  it.waits(202, "ShareLock", "transaction 1", 1, "Process holding the lock: 203. Wait queue: 202.");
  it.waits(203, "ShareLock", "transaction 2", 1, "Process holding the lock: 202. Wait queue: 203.");
  CHECK(told(it.harm()).empty());
}

TEST_CASE("a chain of many sessions is worked out once for each", "[scorer][harm]") {
  Incident it;
  it.story.run(1, "BEGIN", "BEGIN", 'T');
  it.story.run(1, "LOCK TABLE orders", "LOCK TABLE", 'T');
  // 60 sessions, each waiting for all that came before: without a memory, 2^60 ways.
  std::string holders = "100";
  for (int i = 0; i < 60; ++i) {
    const int pid = 1'000 + i;
    it.story.actor("crowd", pid);
    it.waits(
        pid, "ShareLock", "transaction " + std::to_string(i), 0,
        "Processes holding the lock: " + holders + ". Wait queue: " + std::to_string(pid) + ".");
    holders += ", " + std::to_string(pid);
  }
  const auto harm = it.harm();
  REQUIRE(harm.statements.size() == 1);
  CHECK(harm.statements[0].statement == 2);
  CHECK(harm.statements[0].at_least);
}

TEST_CASE("of too many waits nobody is blamed, and it is said", "[scorer][harm]") {
  facts::Facts facts;
  facts.actors.push_back({"writer", "main", 202, 0, {}, {}, {}, {}, {}});
  std::vector<facts::LogLine> lines(waits_blamed_max + 1);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i].pid = 202;
    lines[i].at_us = static_cast<std::int64_t>(i + 1) * 100'000;
    lines[i].severity = "LOG";
    lines[i].message =
        "process 202 acquired ShareLock on transaction " + std::to_string(i) + " after 1.000 ms";
  }
  const auto harm = harm_of(facts, lines, lines.back().at_us);
  CHECK(harm.blocked_us() == static_cast<std::int64_t>(lines.size()) * 1'000);
  CHECK(harm.statements.empty());
  CHECK_FALSE(harm.trouble.empty());
}

TEST_CASE("what is said of an actor names its waits and its errors", "[scorer][harm]") {
  CHECK(sentence_of(ActorHarm{"w", 12'340'000, 2'340'000, true, {{"55P03", 3}, {"57P01", 1}}}) ==
        "waited at least 12.3 s for locks, 2.3 s of it for statements of this attempt; errors: "
        "55P03 (3), 57P01 (1)");
  CHECK(sentence_of(ActorHarm{"w", 0, 0, false, {{"57P01", 1}}}) == "errors: 57P01 (1)");
  CHECK(sentence_of(HeldUp{4, "w", 2'000'000, 2'000'000, false, {}}) ==
        "kept w waiting 2.0 s, all of it while it waited for a lock itself");
}

}  // namespace ride::scorer
