#include <signal.h>

#include "tests/support/eventually.hpp"
#include "tests/truth/cases.hpp"

namespace ride::test {

using namespace protocol;

namespace {

const std::string sleep_10 = "SELECT pg_sleep(10)";
const std::string slow_commit = "INSERT INTO slow VALUES (2)";

void terminate(const Trial& trial, const Talk& talk) {
  trial.server().value("SELECT pg_terminate_backend(" + std::to_string(talk.pid()) + ")");
}

// Each of them as its own batch, and the last one not awaited.
void say(Talk& talk, const std::vector<std::string>& texts, const std::string& last = "") {
  for (const auto& text : texts) talk.sql(text);
  if (!last.empty()) talk.send(Query{last});
}

// The statement of a session that waits for a lock which nobody gives up in time.
std::function<void(Trial&)> while_locked(const std::string& setting, const std::string& then) {
  return [=](Trial& trial) {
    Talk holder(trial.recording());
    say(holder, {"BEGIN", "LOCK TABLE parent"});
    Talk waiter(trial.recording());
    say(waiter, {setting, "BEGIN", put(1), "SAVEPOINT s", "INSERT /*2*/ INTO parent VALUES (1)",
                 put(3), then, put(4), "COMMIT"});
    say(holder, {"ROLLBACK"});
  };
}

}  // namespace

std::vector<TruthCase> ending_cases() {
  return {
      {"a client that vanishes in a block",
       [](Trial& trial) {
         Talk talk(trial.recording());
         say(talk, {put(1), "BEGIN", put(2)});
         talk.vanish();
       },
       {"1 committed", "2 rolled back"}},
      {"a client that leaves in a block",
       [](Trial& trial) {
         Talk talk(trial.recording());
         say(talk, {"BEGIN", put(1)});
         talk.send(Terminate{});
       },
       {"1 rolled back"}},
      {"a client that vanishes while its COMMIT is under way",
       [](Trial& trial) {
         Talk talk(trial.recording());
         say(talk, {"BEGIN", put(1), slow_commit}, "COMMIT /*2*/");
         trial.until(talk.pid(), "PgSleep");
         talk.vanish();
       },
       {"1 unknown", "2 unknown"}},
      {"a client that vanishes while a statement by itself is under way",
       [](Trial& trial) {
         Talk talk(trial.recording());
         say(talk, {}, call_put(1) + " FROM pg_sleep(1)");
         trial.until(talk.pid(), "PgSleep");
         talk.vanish();
       },
       {"1 unknown"}},
      {"a client that vanishes while a statement of its block is under way",
       [](Trial& trial) {
         Talk talk(trial.recording());
         say(talk, {"BEGIN", put(1)}, call_put(2) + " FROM pg_sleep(1)");
         trial.until(talk.pid(), "PgSleep");
         talk.vanish();
       },
       {"1 rolled back", "2 rolled back"}},
      {"a client that vanishes in the middle of a string",
       [](Trial& trial) {
         Talk talk(trial.recording());
         say(talk, {},
             put(1) + "; COMMIT;" + put(2) + "; DO 'BEGIN RAISE NOTICE ''now''; END';" +
                 call_put(3) + " FROM pg_sleep(1);" + put(4));
         talk.until('N', 1);  // and all before it
         trial.until(talk.pid(), "PgSleep");
         talk.vanish();
       },
       {"1 committed", "2 unknown", "3 unknown", "4 unknown"}},
      {"a client that vanishes in the middle of a COPY",
       [](Trial& trial) {
         Talk talk(trial.recording());
         talk.send(Query{"BEGIN; COPY /*1*/ mark FROM STDIN"}, CopyData{"1\n"});
         talk.until('G', 1);
         talk.vanish();
       },
       {"1 rolled back"}},
      {"a client that vanishes in a pipeline without its Sync",
       [](Trial& trial) {
         Talk talk(trial.recording());
         talk.send(Parse{"", put(1)}, Bind{}, Execute{}, Flush{});
         talk.until('C', 1);
         talk.vanish();
       },
       {"1 unknown"}},
      {"a session that is terminated in its block",
       [](Trial& trial) {
         Talk talk(trial.recording());
         say(talk, {put(1), "BEGIN", put(2)});
         terminate(trial, talk);
         talk.until('E', 1);
       },
       {"1 committed", "2 rolled back"}},
      {"a session that is terminated during a statement",
       [](Trial& trial) {
         Talk talk(trial.recording());
         say(talk, {"BEGIN", put(1)}, call_put(2) + " FROM pg_sleep(10)");
         trial.until(talk.pid(), "PgSleep");
         terminate(trial, talk);
         talk.answers();
       },
       {"1 rolled back", "2 failed 57P01"}},
      {"a session that is terminated during a statement by itself",
       [](Trial& trial) {
         Talk talk(trial.recording());
         say(talk, {}, call_put(1) + " FROM pg_sleep(10)");
         trial.until(talk.pid(), "PgSleep");
         terminate(trial, talk);
         talk.answers();
       },
       {"1 failed 57P01"}},
      {"a session that is terminated during its COMMIT",
       [](Trial& trial) {
         Talk talk(trial.recording());
         say(talk, {"BEGIN", put(1), slow_commit}, "COMMIT /*2*/");
         trial.until(talk.pid(), "PgSleep");
         terminate(trial, talk);
         talk.answers();
       },
       {"1 rolled back", "2 failed 57P01"}},
      {"a session that ends itself in a pipeline with its COMMIT behind",
       [](Trial& trial) {
         Talk talk(trial.recording());
         talk.ask(Query{"BEGIN"}, Parse{"", put(1)}, Bind{}, Execute{},
                  Parse{"", "SELECT /*2*/ pg_terminate_backend(pg_backend_pid())"}, Bind{},
                  Execute{}, Parse{"", put(3)}, Bind{}, Execute{}, Parse{"", "COMMIT /*4*/"},
                  Bind{}, Execute{}, Sync{}, Query{put(5)});
       },
       {"1 rolled back", "2 failed 57P01", "3 skipped", "4 skipped", "5 skipped"}},
      {"a session that ends itself in a string",
       [](Trial& trial) {
         Talk talk(trial.recording());
         talk.ask(Query{put(1) + "; SELECT /*2*/ pg_terminate_backend(pg_backend_pid());" + put(3)},
                  Query{put(4)});
       },
       {"1 rolled back", "2 failed 57P01", "3 skipped", "4 skipped"}},
      {"a session that idled in its block for too long",
       [](Trial& trial) {
         Talk talk(trial.recording());
         say(talk, {"SET idle_in_transaction_session_timeout = 50", "BEGIN", put(1)});
         talk.send(Flush{}, Sync{});
         talk.answers();
         talk.until('E', 1);
       },
       {"1 rolled back"}},
      {"a statement that is cancelled",
       [](Trial& trial) {
         Talk talk(trial.recording());
         for (const auto& text : {call_put(1), call_put(2)}) {
           say(talk, {}, text + " FROM pg_sleep(10)");
           trial.until(talk.pid(), "PgSleep");
           trial.server().value("SELECT pg_cancel_backend(" + std::to_string(talk.pid()) + ")");
           talk.answers();
           talk.sql("BEGIN");
         }
         talk.sql("COMMIT");
       },
       {"1 failed 57014", "2 failed 57014"}},
      {"a COMMIT that is cancelled",
       [](Trial& trial) {
         Talk talk(trial.recording());
         say(talk, {"BEGIN", put(1), slow_commit}, "COMMIT /*2*/");
         trial.until(talk.pid(), "PgSleep");
         trial.server().value("SELECT pg_cancel_backend(" + std::to_string(talk.pid()) + ")");
         talk.answers();
         talk.sql(put(3));
       },
       {"1 rolled back", "2 failed 57014", "3 committed"}},
      {"a statement that takes too long",
       while_locked("SET statement_timeout = 50", "ROLLBACK TO s"),
       {"1 committed", "2 failed 57014", "3 failed 25P02", "4 committed"}},
      {"a lock that does not come",
       while_locked("SET lock_timeout = 50", "SELECT 1"),
       {"1 rolled back", "2 failed 55P03", "3 failed 25P02", "4 failed 25P02"}},
      {"a deadlock",
       [](Trial& trial) {
         Talk one(trial.recording());
         Talk two(trial.recording());
         say(one, {"BEGIN", put(1), "LOCK TABLE parent"});
         say(two, {"SET deadlock_timeout = 10", "BEGIN", put(2), "LOCK TABLE child"});
         one.send(Query{"LOCK TABLE child"});
         trial.until(one.pid(), "relation");
         say(two, {"LOCK /*3*/ TABLE parent", put(4), "COMMIT"});
         one.answers();
         say(one, {put(5), "COMMIT"});
       },
       {"1 committed", "2 rolled back", "3 failed 40P01", "4 failed 25P02", "5 committed"}},
  };
}

}  // namespace ride::test
