#include "tests/truth/cases.hpp"

namespace ride::test {

using namespace protocol;

namespace {

// Strings of one session, one after the other.
std::function<void(Trial&)> strings(std::vector<std::string> texts) {
  return [texts = std::move(texts)](Trial& trial) {
    Talk talk(trial.recording());
    for (const auto& text : texts) talk.sql(text);
  };
}

// COPY … FROM STDIN inside a string, with what is sent for it.
template <typename... Messages>
std::function<void(Trial&)> copies(std::string text, Messages... messages) {
  return [text = std::move(text), messages...](Trial& trial) {
    Talk(trial.recording()).ask(Query{text}, messages...);
  };
}

const std::string deferred = "INSERT INTO child VALUES (99)";  // fails at commit

}  // namespace

std::vector<TruthCase> simple_cases() {
  const CopyData three{"3\n"};
  return {
      {"statements by themselves",
       strings({put(1), put(2) + "; SELEC", "SELECT /*3*/ 1/0", put(4)}),
       {"1 committed", "2 failed 42601", "3 failed 22012", "4 committed"}},
      {"a string is one transaction",
       strings({put(1) + ";" + put(2)}),
       {"1 committed", "2 committed"}},
      {"an error in a string undoes what is before it",
       strings({put(1) + "; SELECT /*2*/ 1/0;" + put(3)}),
       {"1 rolled back", "2 failed 22012", "3 skipped"}},
      {"COMMIT in a string saves what is before it",
       strings({put(1) + "; COMMIT;" + put(2) + "; SELECT /*3*/ 1/0;" + put(4)}),
       {"1 committed", "2 rolled back", "3 failed 22012", "4 skipped"}},
      {"ROLLBACK in a string undoes what is before it",
       strings({put(1) + "; ROLLBACK;" + put(2)}),
       {"1 rolled back", "2 committed"}},
      {"BEGIN in a string takes over what is before it",
       strings({put(1) + "; BEGIN;" + put(2) + "; ROLLBACK;" + put(3)}),
       {"1 rolled back", "2 rolled back", "3 committed"}},
      {"a block that a string begins goes on behind it",
       strings({put(1) + "; BEGIN;" + put(2), put(3), "COMMIT"}),
       {"1 committed", "2 committed", "3 committed"}},
      {"an error behind BEGIN in a string leaves a failed block",
       strings({put(1) + "; BEGIN;" + put(2) + "; SELECT /*3*/ 1/0", put(4), "COMMIT", put(5)}),
       {"1 rolled back", "2 rolled back", "3 failed 22012", "4 failed 25P02", "5 committed"}},
      {"COMMIT and ROLLBACK AND CHAIN",
       strings({"BEGIN", put(1), "COMMIT AND CHAIN", put(2), "ROLLBACK AND CHAIN", put(3), "COMMIT",
                "COMMIT AND CHAIN /*4*/", put(5)}),
       {"1 committed", "2 rolled back", "3 committed", "4 failed 25P01", "5 committed"}},
      {"COMMIT of a failed block answers ROLLBACK",
       strings({"BEGIN", put(1), "SELECT /*2*/ nope", put(3), "COMMIT"}),
       {"1 rolled back", "2 failed 42703", "3 failed 25P02"}},
      {"COMMIT AND CHAIN of a failed block begins another",
       strings({"BEGIN", put(1), "SELECT 1/0", "COMMIT AND CHAIN", put(2), "COMMIT"}),
       {"1 rolled back", "2 committed"}},
      {"a constraint that fails at COMMIT",
       strings({"BEGIN", put(1), deferred, "COMMIT /*2*/", put(3)}),
       {"1 rolled back", "2 failed 23503", "3 committed"}},
      {"a constraint that fails at COMMIT AND CHAIN",
       strings({"BEGIN", put(1), deferred, "COMMIT /*2*/ AND CHAIN", put(3)}),
       {"1 rolled back", "2 failed 23503", "3 committed"}},
      {"a constraint that fails at the end of a string",
       strings({put(1) + ";" + deferred + ";" + put(2), put(3)}),
       {"1 rolled back", "2 failed 23503", "3 committed"}},
      {"a COMMIT that is no SQL fails a block and does not end it",
       strings({"BEGIN", put(1), "SAVEPOINT s", put(2), "COMMIT /*3*/ NOW", "ROLLBACK TO s", put(4),
                "COMMIT"}),
       {"1 committed", "2 rolled back", "3 failed 42601", "4 committed"}},
      {"BEGIN in a block, and one that fails",
       strings({"BEGIN", put(1), "BEGIN", put(2), "ROLLBACK", "BEGIN /*3*/ ISOLATION LEVEL none",
                put(4), "SELECT 1; BEGIN /*5*/ ISOLATION LEVEL SERIALIZABLE", put(6), "ROLLBACK"}),
       {"1 rolled back", "2 rolled back", "3 failed 42601", "4 committed", "5 failed 25001",
        "6 committed"}},
      {"savepoints inside each other",
       strings({"BEGIN", put(1), "SAVEPOINT a", put(2), "SAVEPOINT b", put(3), "ROLLBACK TO b",
                put(4), "ROLLBACK TO a", put(5), "COMMIT"}),
       {"1 committed", "2 rolled back", "3 rolled back", "4 rolled back", "5 committed"}},
      {"savepoints of one name",
       strings({"BEGIN", "SAVEPOINT s", put(1), "SAVEPOINT s", put(2), "ROLLBACK TO s", put(3),
                "RELEASE s", put(4), "ROLLBACK TO s", put(5), "COMMIT"}),
       {"1 rolled back", "2 rolled back", "3 rolled back", "4 rolled back", "5 committed"}},
      {"RELEASE takes the inner savepoints with it",
       strings({"BEGIN", "SAVEPOINT a", put(1), "SAVEPOINT b", put(2), "RELEASE a", put(3),
                "ROLLBACK TO /*4*/ b", "ROLLBACK"}),
       {"1 rolled back", "2 rolled back", "3 rolled back", "4 failed 3B001"}},
      {"a savepoint that is released lasts",
       strings({"BEGIN", "SAVEPOINT a", put(1), "RELEASE SAVEPOINT a", put(2), "COMMIT"}),
       {"1 committed", "2 committed"}},
      {"an error behind a savepoint, undone",
       strings({"BEGIN", put(1), "SAVEPOINT \"S 1\"", put(2), "SELECT /*3*/ 1/0", put(4),
                "ROLLBACK TO SAVEPOINT \"S 1\"", put(5), "COMMIT"}),
       {"1 committed", "2 rolled back", "3 failed 22012", "4 failed 25P02", "5 committed"}},
      {"an error behind a savepoint in a failed block stays",
       strings({"BEGIN", put(1), "SAVEPOINT s", "SELECT 1/0", "RELEASE /*2*/ s",
                "ROLLBACK TO /*3*/ t", "COMMIT"}),
       {"1 rolled back", "2 failed 25P02", "3 failed 3B001"}},
      {"savepoints in a string",
       strings({"BEGIN;" + put(1) + "; SAVEPOINT s;" + put(2) + "; ROLLBACK TO s;" + put(3) +
                    "; COMMIT;" + put(4),
                put(5) + "; SAVEPOINT /*6*/ s"}),
       {"1 committed", "2 rolled back", "3 committed", "4 committed", "5 rolled back",
        "6 failed 25P01"}},
      {"what cannot run in a transaction",
       strings({"BEGIN", put(1), "VACUUM /*2*/ mark", "ROLLBACK", put(3) + "; VACUUM /*4*/ mark",
                "VACUUM /*5*/ parent; SELECT 1", "VACUUM parent"}),
       {"1 rolled back", "2 failed 25001", "3 rolled back", "4 failed 25001", "5 failed 25001"}},
      {"a procedure that commits keeps what it committed",
       strings({"CALL /*1*/ put_for_good(1)",
                "DO /*2*/ 'BEGIN INSERT INTO mark VALUES (2); COMMIT; END'"}),
       {"1 committed", "2 committed"}},
      {"a procedure cannot commit in a transaction",
       strings({"BEGIN", put(1), "CALL /*2*/ put_for_good(2)", "COMMIT",
                put(3) + "; CALL /*4*/ put_for_good(4)", "CALL /*5*/ put_and_fail(5)"}),
       {"1 rolled back", "2 failed 2D000", "3 rolled back", "4 failed 2D000", "5 failed 22012"}},
      {"a function",
       strings({call_put(1), "BEGIN", call_put(2), "ROLLBACK",
                "SELECT /*3*/ put(3), 1/0 FROM pg_class"}),
       {"1 committed", "2 rolled back", "3 failed 22012"}},
      {"PREPARE and EXECUTE",
       strings({"PREPARE p AS INSERT INTO mark VALUES ($1)", "EXECUTE /*1*/ p(1)", "BEGIN",
                "EXECUTE /*2*/ p(2)", "ROLLBACK", "EXECUTE /*3*/ p('x')", "DEALLOCATE p",
                "EXECUTE /*4*/ p(4)"}),
       {"1 committed", "2 rolled back", "3 failed 22P02", "4 failed 26000"}},
      {"a cursor that writes as it is read",
       strings({"BEGIN", "DECLARE c CURSOR FOR SELECT put(n) FROM generate_series(1, 9) n",
                "FETCH /*1*/ 1 FROM c", "SAVEPOINT s", "FETCH /*2*/ 1 FROM c", "ROLLBACK TO s",
                "COMMIT", "FETCH /*3*/ 1 FROM c"}),
       {"1 committed", "2 rolled back", "3 failed 34000"}},
      {"COPY", copies("COPY /*3*/ mark FROM STDIN", three, CopyDone{}), {"3 committed"}},
      {"COPY that the client gives up",
       copies("COPY /*3*/ mark FROM STDIN", three, CopyFail{}),
       {"3 failed 57014"}},
      {"COPY of what is no number",
       copies("COPY /*3*/ mark FROM STDIN", three, CopyData{"x\n"}, CopyDone{}),
       {"3 failed 22P02"}},
      {"COPY in the middle of a string",
       copies(put(1) + "; COPY /*3*/ mark FROM STDIN;" + put(4), three, CopyDone{}),
       {"1 committed", "3 committed", "4 committed"}},
      {"COPY that fails in the middle of a string",
       copies(put(1) + "; COPY /*3*/ mark FROM STDIN;" + put(4), three, CopyFail{}),
       {"1 rolled back", "3 failed 57014", "4 skipped"}},
      {"COPY in a block that is undone",
       copies("BEGIN; COPY /*3*/ mark FROM STDIN; ROLLBACK;" + put(4), three, CopyDone{}),
       {"3 rolled back", "4 committed"}},
      {"rows for the client, and an error among them",
       strings(
           {"COPY /*1*/ (SELECT put(1)) TO STDOUT", "COPY /*2*/ (SELECT put(2), 1/0) TO STDOUT"}),
       {"1 committed", "2 failed 22012"}},
      {"settings of a transaction change nothing about it",
       strings({"BEGIN", "SET LOCAL work_mem = '1MB'", "SET CONSTRAINTS ALL DEFERRED", put(1),
                "SET TRANSACTION /*2*/ ISOLATION LEVEL SERIALIZABLE", "COMMIT",
                "SET LOCAL work_mem = '1MB'", put(3)}),
       {"1 rolled back", "2 failed 25001", "3 committed"}},
      {"an empty string decides nothing",
       strings({"BEGIN", put(1), "", ";", "COMMIT", ""}),
       {"1 committed"}},
  };
}

}  // namespace ride::test
