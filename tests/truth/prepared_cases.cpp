#include "tests/support/eventually.hpp"
#include "tests/truth/cases.hpp"

namespace ride::test {

using namespace protocol;

namespace {

std::function<void(Trial&)> strings(std::vector<std::string> texts) {
  return [texts = std::move(texts)](Trial& trial) {
    Talk talk(trial.recording());
    for (const auto& text : texts) talk.sql(text);
  };
}

void say(Talk& talk, const std::vector<std::string>& texts) {
  for (const auto& text : texts) talk.sql(text);
}

bool is_prepared(const Trial& trial, const char* gid) {
  const auto query =
      "SELECT count(*) FROM pg_prepared_xacts WHERE gid = '" + std::string(gid) + "'";
  return eventually([&] { return trial.server().value(query) == "1"; });
}

// A session whose PREPARE TRANSACTION 'lost' is never answered to it, though it came about.
void prepare_unseen(Trial& trial, int mark) {
  Talk talk(trial.recording());
  say(talk, {"BEGIN", put(mark), "INSERT INTO slow VALUES (1)"});
  talk.send(Query{"PREPARE TRANSACTION 'lost'"});
  trial.until(talk.pid(), "PgSleep");
  talk.vanish();
  if (!is_prepared(trial, "lost")) throw std::runtime_error("it was not prepared");
}

}  // namespace

std::vector<TruthCase> prepared_cases() {
  return {
      {"two-phase commit, resolved by the session itself",
       strings({"BEGIN", put(1), "PREPARE TRANSACTION 'a'", put(2), "COMMIT PREPARED 'a'", "BEGIN",
                put(3), "PREPARE /*4*/ TRANSACTION 'a'", "ROLLBACK PREPARED 'a'"}),
       {"1 committed", "2 committed", "3 rolled back", "4 rolled back"}},
      {"two-phase commit, resolved by others",
       [](Trial& trial) {
         Talk one(trial.recording());
         Talk two(trial.recording());
         say(one, {"BEGIN", put(1), "SAVEPOINT s", put(2), "ROLLBACK TO s",
                   "PREPARE TRANSACTION 'it''s a'", "BEGIN", put(3), "PREPARE TRANSACTION 'b'"});
         say(two, {"COMMIT PREPARED E'it\\'s a'", "ROLLBACK PREPARED 'b'"});
       },
       {"1 committed", "2 rolled back", "3 rolled back"}},
      {"a prepared transaction that nobody resolved",
       strings({"BEGIN", put(1), "PREPARE /*2*/ TRANSACTION 'a'", "COMMIT PREPARED /*3*/ 'b'"}),
       {"1 unknown", "2 unknown", "3 failed 42704"}},
      {"one name, again and again",
       strings({"BEGIN", put(1), "PREPARE TRANSACTION 'a'", "BEGIN", put(2),
                "PREPARE /*3*/ TRANSACTION 'a'", "COMMIT PREPARED 'a'", "BEGIN", put(4),
                "PREPARE TRANSACTION 'a'", "ROLLBACK PREPARED 'a'", "BEGIN", put(5),
                "PREPARE TRANSACTION 'a'"}),
       {"1 committed", "2 rolled back", "3 failed 42710", "4 rolled back", "5 unknown"}},
      {"a prepared transaction that was resolved behind the record's back",
       [](Trial& trial) {
         Talk talk(trial.recording());
         say(talk, {"BEGIN", put(1), "PREPARE TRANSACTION 'a'"});
         trial.server().value("ROLLBACK PREPARED 'a'");
         say(talk, {"BEGIN", put(2), "PREPARE TRANSACTION 'a'", "COMMIT PREPARED 'a'"});
       },
       {"1 unknown", "2 committed"}},
      {"a prepared transaction is resolved in its own database alone",
       [](Trial& trial) {
         Talk one(trial.recording());
         Talk two(trial.recording(), "otherdb");
         say(one, {"BEGIN", put(1), "PREPARE TRANSACTION 'a'"});
         say(two, {"COMMIT PREPARED /*2*/ 'a'"});
         say(one, {"ROLLBACK PREPARED 'a'"});
       },
       {"1 rolled back", "2 failed 0A000"}},
      {"PREPARE TRANSACTION of a failed block answers ROLLBACK",
       strings({"BEGIN", put(1), "SELECT 1/0", "PREPARE TRANSACTION 'a'", put(2),
                "COMMIT PREPARED /*3*/ 'a'"}),
       {"1 rolled back", "2 committed", "3 failed 42704"}},
      {"PREPARE TRANSACTION outside a block answers ROLLBACK and does nothing",
       strings({put(1), "PREPARE TRANSACTION 'a'", "COMMIT PREPARED /*2*/ 'a'"}),
       {"1 committed", "2 failed 42704"}},
      {"PREPARE TRANSACTION in a pipeline without BEGIN commits it, whatever it answers",
       [](Trial& trial) {
         Talk talk(trial.recording());
         talk.ask(Parse{"", "INSERT /*1*/ INTO mark VALUES (1)"}, Bind{}, Execute{},
                  Parse{"", "PREPARE TRANSACTION 'a'"}, Bind{}, Execute{}, Parse{"", "SELECT 1/0"},
                  Bind{}, Execute{}, Sync{});
       },
       {"1 committed"}},
      {"PREPARE TRANSACTION in a string without BEGIN",
       strings({put(1) + "; PREPARE TRANSACTION 'a';" + put(2), "ROLLBACK PREPARED 'a'"}),
       {"1 rolled back", "2 committed"}},
      {"what cannot be prepared",
       strings(
           {"BEGIN", put(1), "CREATE TEMP TABLE t ()", "PREPARE /*2*/ TRANSACTION 'a'", put(3)}),
       {"1 rolled back", "2 failed 0A000", "3 committed"}},
      {"COMMIT PREPARED lasts though its pipeline fails",
       [](Trial& trial) {
         Talk talk(trial.recording());
         say(talk, {"BEGIN", put(1), "PREPARE TRANSACTION 'a'"});
         talk.ask(Parse{"", "COMMIT PREPARED 'a'"}, Bind{}, Execute{}, Parse{"", put(3)}, Bind{},
                  Execute{}, Parse{"", "SELECT 1/0"}, Bind{}, Execute{}, Sync{});
       },
       {"1 committed", "3 rolled back"}},
      {"a PREPARE TRANSACTION that was never answered and is resolved by another",
       [](Trial& trial) {
         prepare_unseen(trial, 1);
         Talk(trial.recording()).sql("COMMIT PREPARED 'lost'");
       },
       {"1 committed"}},
      {"a PREPARE TRANSACTION that was never answered nor resolved",
       [](Trial& trial) { prepare_unseen(trial, 1); },
       {"1 unknown"}},
      {"a prepared transaction outlives its session",
       [](Trial& trial) {
         Talk talk(trial.recording());
         say(talk, {"BEGIN", put(1), "PREPARE TRANSACTION 'a'", "BEGIN", put(2)});
         talk.vanish();
         Talk(trial.recording()).sql("COMMIT PREPARED 'a'");
       },
       {"1 committed", "2 rolled back"}},
  };
}

}  // namespace ride::test
