#include "tests/support/postgres.hpp"
#include "tests/truth/cases.hpp"

namespace ride::test {

using namespace protocol;

namespace {

// The messages of one text by the unnamed statement and portal.
struct Run {
  static constexpr char tag = 'E';
  std::string text;
};

struct Say {  // Query that keeps its text
  static constexpr char tag = 'Q';
  std::string text;
};

void encode(const Say& say, std::string& out) { protocol::encode(Query{say.text}, out); }

struct Make {  // Parse that keeps its text
  static constexpr char tag = 'P';
  std::string name, text;
};

void encode(const Make& make, std::string& out) {
  protocol::encode(Parse{make.name, make.text}, out);
}

void encode(const Run& run, std::string& out) {
  protocol::encode(Parse{"", run.text}, out);
  protocol::encode(Bind{}, out);
  protocol::encode(Execute{}, out);
}

// Several batches of one session, each sent at once and awaited.
template <typename... Messages>
void ask(Talk& talk, const Messages&... messages) {
  std::string bytes;
  const auto one = [&](const auto& message) {
    using protocol::encode;
    encode(message, bytes);
  };
  (one(messages), ...);
  talk.send_bytes(bytes, (0 + ... + Talk::owes_ready(Messages::tag)));
  talk.answers();
}

template <typename... Messages>
std::function<void(Trial&)> once(Messages... messages) {
  return [messages...](Trial& trial) {
    Talk talk(trial.recording());
    ask(talk, messages...);
  };
}

std::uint32_t oid_of_put(const Trial& trial) {
  return static_cast<std::uint32_t>(
      std::stoul(trial.server().value("SELECT 'put'::regproc::oid::int")));
}

const Run deferred{"INSERT INTO child VALUES (99)"};  // fails at commit
const Bytes number_five(
    "\0\0\0\1\0\0\0\1"
    "5",
    9);

}  // namespace

std::vector<TruthCase> extended_cases() {
  return {
      {"a batch is committed by its Sync",
       once(Run{put(1)}, Run{put(2)}, Sync{}),
       {"1 committed", "2 committed"}},
      {"an error undoes what is before it in a pipeline and skips the rest up to Sync",
       once(Run{put(1)}, Run{"SELECT /*2*/ 1/0"}, Run{put(3)}, Sync{}, Run{put(4)}, Sync{}),
       {"1 rolled back", "2 failed 22012", "3 skipped", "4 committed"}},
      {"Parse, Bind and Describe fail as their statement does",
       once(Run{put(1)}, Make{"", "SELEC /*2*/"}, Bind{}, Execute{}, Sync{}, Run{put(3)},
            Bind{"", "none"}, Execute{}, Sync{}, Run{put(4)}, Describe{'S', "none"}, Sync{}),
       {"1 rolled back", "2 failed 42601", "3 rolled back", "4 rolled back"}},
      {"COMMIT inside a pipeline",
       once(Run{put(1)}, Run{"COMMIT"}, Run{put(2)}, Run{"SELECT /*3*/ 1/0"}, Sync{}),
       {"1 committed", "2 rolled back", "3 failed 22012"}},
      {"ROLLBACK inside a pipeline",
       once(Run{put(1)}, Run{"ROLLBACK"}, Run{put(2)}, Sync{}),
       {"1 rolled back", "2 committed"}},
      {"BEGIN inside a pipeline takes over what is before it",
       once(Run{put(1)}, Run{"BEGIN"}, Run{put(2)}, Sync{}, Run{put(3)}, Run{"ROLLBACK"}, Sync{}),
       {"1 rolled back", "2 rolled back", "3 rolled back"}},
      {"a whole transaction as a pipeline",
       once(Run{"BEGIN"}, Run{put(1)}, Run{"COMMIT"}, Run{put(2)}, Sync{}),
       {"1 committed", "2 committed"}},
      {"a whole transaction that fails as a pipeline",
       once(Run{"BEGIN"}, Run{put(1)}, Run{"SELECT 1/0"}, Run{"COMMIT /*2*/"}, Sync{}, Run{put(3)},
            Sync{}, Run{"COMMIT"}, Sync{}),
       {"1 rolled back", "2 skipped", "3 failed 25P02"}},
      {"savepoints in pipelines",
       once(Run{"BEGIN"}, Run{put(1)}, Run{"SAVEPOINT s"}, Run{put(2)}, Run{"SELECT 1/0"},
            Run{put(3)}, Sync{}, Run{"ROLLBACK TO s"}, Run{put(4)}, Run{"COMMIT"}, Sync{},
            Run{put(5)}, Run{"SAVEPOINT /*6*/ s"}, Sync{}),
       {"1 committed", "2 rolled back", "3 skipped", "4 committed", "5 rolled back",
        "6 failed 25P01"}},
      {"a constraint that fails at Sync",
       once(Run{deferred.text}, Run{put(1)}, Sync{}),
       {"1 failed 23503"}},
      {"a constraint that fails at Sync behind a COMMIT leaves what that saved",
       once(Say{"BEGIN"}, Run{put(1)}, Run{"COMMIT"}, Run{put(2)}, deferred, Sync{}),
       {"1 committed", "2 rolled back"}},
      {"a constraint that fails at Sync behind a Close",
       once(Run{put(1)}, deferred, Run{put(2)}, Close{'P', ""}, Sync{}),
       {"1 rolled back", "2 failed 23503"}},
      {"a constraint that fails at Sync behind a Parse",
       once(deferred, Run{put(1)}, Make{"later", put(2)}, Sync{}, Bind{"", "later"}, Execute{},
            Sync{}),
       {"1 failed 23503", "2 committed"}},
      {"a constraint that fails at Sync behind a Describe",
       once(deferred, Run{put(1)}, Make{"later", put(2)}, Describe{'S', "later"}, Sync{},
            Bind{"", "later"}, Execute{}, Sync{}),
       {"1 failed 23503", "2 committed"}},
      {"a COMMIT that cannot even be bound fails its block and does not end it",
       once(Say{"BEGIN"}, Run{put(1)}, Run{"SAVEPOINT s"}, Run{put(2)}, Sync{}, Make{"c", "COMMIT"},
            Sync{}, Make{"c", "COMMIT /*3*/"}, Sync{}, Run{"ROLLBACK TO s"}, Run{put(4)},
            Bind{"", "c"}, Execute{}, Sync{}),
       {"1 committed", "2 rolled back", "3 failed 42P05", "4 committed"}},
      {"a named statement run many times",
       once(Make{"one", put(1)}, Make{"b", "BEGIN"}, Make{"r", "ROLLBACK"}, Bind{"", "b"},
            Execute{}, Bind{"", "one"}, Execute{}, Bind{"", "r"}, Execute{}, Sync{}),
       {"1 rolled back"}},
      {"a query behind executes without Sync ends their transaction",
       once(Run{put(1)}, Say{put(2)}, Run{put(3)}, Say{"SELECT /*4*/ 1/0"}, Run{put(5)},
            Say{"BEGIN"}, Say{"ROLLBACK"}),
       {"1 committed", "2 committed", "3 rolled back", "4 failed 22012", "5 rolled back"}},
      {"a function call behind executes without Sync ends their transaction",
       [](Trial& trial) {
         const FunctionCall call{.function = oid_of_put(trial), .parameters = number_five};
         Talk talk(trial.recording());
         ask(talk, Run{put(1)}, Run{"DELETE FROM mark WHERE n = 5"}, call,
             Say{"DELETE FROM mark WHERE n = 5"}, Run{put(2)}, FunctionCall{.function = 1},
             Say{"BEGIN"}, Run{put(3)}, call, Say{"ROLLBACK"});
       },
       {"1 committed", "2 rolled back", "3 rolled back"}},
      {"a portal that is not read to its end has done its work",
       once(Run{"BEGIN"}, Make{"", put(1) + ", (1), (1) RETURNING n"}, Bind{"p", ""},
            Execute{"p", 1}, Sync{}, Run{put(2)}, Execute{"p", 1}, Run{"COMMIT"}, Sync{}),
       {"1 committed", "2 committed"}},
      {"a portal that fails later fails what is before that, not before itself",
       once(Make{"", "SELECT /*1*/ 1/(2-n) FROM generate_series(1, 3) n"}, Bind{"p", ""},
            Execute{"p", 1}, Run{put(2)}, Execute{"p", 0}, Run{put(3)}, Sync{}),
       {"1 failed 22012", "2 rolled back", "3 skipped"}},
      {"a portal that fails in a later batch of its block",
       once(Say{"BEGIN"}, Make{"", "SELECT /*1*/ 1/(2-n) FROM generate_series(1, 3) n"},
            Bind{"p", ""}, Execute{"p", 1}, Sync{}, Run{"SAVEPOINT s"}, Run{put(2)}, Sync{},
            Execute{"p", 0}, Sync{}, Run{"ROLLBACK TO s"}, Run{put(3)}, Run{"COMMIT"}, Sync{}),
       {"1 failed 22012", "2 rolled back", "3 committed"}},
      {"a portal that is gone with its transaction",
       once(Make{"", put(1) + ", (1), (1) RETURNING n"}, Bind{"p", ""}, Execute{"p", 1},
            Run{"COMMIT"}, Execute{"p", 1}, Run{put(2)}, Sync{}),
       {"1 committed", "1 failed 34000", "2 skipped"}},
      {"a portal that a failed block refuses to go on with",
       once(Say{"BEGIN"}, Make{"", put(1) + ", (1), (1) RETURNING n"}, Bind{"p", ""},
            Execute{"p", 1}, Sync{}, Run{"SAVEPOINT s"}, Run{"SELECT 1/0"}, Sync{}, Execute{"p", 1},
            Sync{}, Run{"ROLLBACK TO s"}, Run{"COMMIT"}, Sync{}),
       {"1 committed", "1 failed 25P02"}},
      {"a procedure that commits inside a pipeline that fails: nobody can tell",
       once(Run{"CALL /*1*/ put_for_good(1)"}, Run{put(2)}, Run{"SELECT /*3*/ 1/0"}, Sync{}),
       {"1 unknown", "2 rolled back", "3 failed 22012"}},
      {"a procedure that commits inside a pipeline that lasts",
       once(Run{"CALL /*1*/ put_for_good(1)"}, Run{put(2)}, Sync{}),
       {"1 committed", "2 committed"}},
      {"COPY in a pipeline that fails",
       once(Make{"", "COPY /*1*/ mark FROM STDIN"}, Bind{}, Execute{}, CopyData{"1\n"}, CopyDone{},
            Run{"SELECT /*2*/ 1/0"}, Sync{}),
       {"1 rolled back", "2 failed 22012"}},
  };
}

}  // namespace ride::test
