#include "tests/proxy/traffic.hpp"

#include <array>
#include <fstream>
#include <stdexcept>

#include "tests/proxy/flow.hpp"
#include "tests/support/eventually.hpp"

namespace ride::test {

using namespace protocol;

namespace {

void must(const Finished& finished) {
  if (finished.status != 0) throw std::runtime_error("a client failed: " + finished.output);
}

void drain(const Connection& connection) {
  while (const Result result{PQgetResult(connection.get()), PQclear}) continue;
}

// Takes results until so many Syncs are answered.
void drain_pipeline(const Connection& connection, int syncs) {
  while (syncs > 0) {
    const Result result(PQgetResult(connection.get()), PQclear);
    if (PQstatus(connection.get()) != CONNECTION_OK) throw std::runtime_error("pipeline cut");
    if (result && PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) --syncs;
  }
}

void send(const Connection& connection, const char* sql) {
  PQsendQueryParams(connection.get(), sql, 0, nullptr, nullptr, nullptr, nullptr, 0);
}

}  // namespace

void make_tables(Recording& recording) {
  must(recording.psql(R"(
CREATE TABLE item (n int PRIMARY KEY, name text);
CREATE TABLE parent (n int PRIMARY KEY);
CREATE TABLE child (parent int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
INSERT INTO parent SELECT generate_series(1, 5);
)"));
  must(run({postgres_programs() + "/pgbench", "-i", "-q", recording.dsn()}));
}

void run_psql(Recording& recording) {
  const TemporaryDirectory files;
  std::ofstream(files / "in") << "101\tone\n102\ttwo\n";
  recording.psql(
      "SELECT 1 AS a\\; SELECT 2 AS b, 'two'\\; SELECT 3 AS c;\n"
      "SELECT 1 AS x\\; SELECT 1/0 AS y\\; SELECT 2 AS z;\n"
      "SELEC 1;\n"
      "SELECT 1 AS fine\\; SELEC 2;\n"
      ";\n"
      "SELECT 42 AS answer \\gset\n"
      "SELECT :answer AS again;\n"
      "SELECT format('SELECT %s AS g', n) FROM generate_series(1, 3) n \\gexec\n"
      "\\copy item FROM '" +
      (files / "in").string() + "'\n\\copy item TO '" + (files / "out").string() +
      "'\n\\copy item FROM '" + (files / "in").string() +
      "'\n"
      "BEGIN; INSERT INTO item VALUES (201, 'kept'); SAVEPOINT s;\n"
      "INSERT INTO item VALUES (201, 'twice'); SELECT 1 AS refused; ROLLBACK TO s;\n"
      "INSERT INTO item VALUES (202, 'kept too'); COMMIT;\n"
      "BEGIN; SELECT nothing; SELECT 1 AS refused; COMMIT;\n"
      "BEGIN; INSERT INTO child VALUES (99); COMMIT;\n"
      "INSERT INTO child VALUES (98);\n"
      "DO $$BEGIN FOR i IN 1..20 LOOP RAISE NOTICE 'no. %', i; END LOOP; END$$;\n"
      "DO $$BEGIN RAISE EXCEPTION 'out of here'; END$$;\n"
      "PREPARE one (int) AS SELECT $1 + 1 AS plus;\n"
      "EXECUTE one (1); EXECUTE one (2);\n"
      "DEALLOCATE one;\n"
      "EXECUTE one (3);\n"
      "BEGIN; DECLARE c CURSOR FOR SELECT generate_series(1, 9) AS cursed;\n"
      "FETCH 3 FROM c; MOVE 2 FROM c; FETCH ALL FROM c; CLOSE c; COMMIT;\n"
      "SET application_name = 'other'; RESET application_name; DISCARD ALL;\n"
      "\\d item\n"
      "\\c postgres\n"
      "SELECT 'after connect' AS k;\n");
  recording.psql("", {"-c", "SELECT 1 AS c1; SELECT 2 AS c2", "-c", "SELECT 3 AS c3"});
}

void run_pgbench(Recording& recording, const char* protocol, const char* script) {
  must(run({postgres_programs() + "/pgbench", "-n", "-M", protocol, "-b", script, "-c", "2", "-t",
            "20", recording.dsn()}));
}

void run_pipelines(Recording& recording) {
  const auto connection = recording.connect();
  PQenterPipelineMode(connection.get());
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 20; ++i) send(connection, "SELECT 1 AS piped");
    PQpipelineSync(connection.get());
    send(connection, "SELECT 2 AS before");
    send(connection, "INSERT INTO item VALUES (1, 'undone')");
    send(connection, "SELECT 1/0 AS during");
    send(connection, "SELECT 3 AS behind");
    send(connection, "SELECT 4 AS behind");
    PQpipelineSync(connection.get());
    send(connection, "SELEC 5");
    send(connection, "SELECT 6 AS behind");
    PQpipelineSync(connection.get());
    PQpipelineSync(connection.get());
    send(connection, "SELECT 7 AS after");
    PQpipelineSync(connection.get());
    drain_pipeline(connection, 5);
  }
}

void run_copies(Recording& recording) {
  const auto connection = recording.connect();
  const auto begin = [&](const char* sql) { Result(PQexec(connection.get(), sql), PQclear); };
  begin("COPY (SELECT repeat('x', 99) FROM generate_series(1, 20000)) TO STDOUT");
  char* row = nullptr;
  while (PQgetCopyData(connection.get(), &row, 0) > 0) PQfreemem(row);
  drain(connection);
  begin("COPY item FROM STDIN");
  const std::string data = "301\tok\n302\tok\n";
  PQputCopyData(connection.get(), data.data(), static_cast<int>(data.size()));
  PQputCopyEnd(connection.get(), nullptr);
  drain(connection);
  begin("COPY item FROM STDIN");
  PQputCopyEnd(connection.get(), "the client changed its mind");
  drain(connection);
  begin("COPY item FROM STDIN");
  PQputCopyData(connection.get(), "no number\n", 10);
  PQputCopyEnd(connection.get(), nullptr);
  drain(connection);
  begin("COPY nowhere FROM STDIN");
  begin("SELECT 'after the copies' AS k");
}

void run_cancels(Recording& recording) {
  const auto connection = recording.connect();
  const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel(PQgetCancel(connection.get()),
                                                                  PQfreeCancel);
  const auto pid = std::to_string(PQbackendPID(connection.get()));
  for (int round = 0; round < 5; ++round) {
    PQsendQuery(connection.get(), "SELECT pg_sleep(600)");
    PQflush(connection.get());
    const auto watcher = recording.connect();
    const auto sleeps =
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND "
        "wait_event = 'PgSleep' AND pid = " +
        pid;
    if (!eventually([&] { return value(watcher, sleeps) == "1"; }))
      throw std::runtime_error("the statement to be cancelled does not run");
    std::array<char, 256> error{};
    PQcancel(cancel.get(), error.data(), static_cast<int>(error.size()));
    drain(connection);
    value(connection, "SELECT 'not hit'");
  }
}

void run_extended(Recording& recording) {
  // Portals read in pieces, two at a time; a third read to its end and once more.
  converse(recording, Query{"BEGIN"}, Parse{"five", "SELECT generate_series(1, 5) AS piece"},
           Bind{"a", "five"}, Bind{"b", "five"}, Execute{"a", 2}, Execute{"b", 1}, Execute{"a", 2},
           Execute{"a", 2}, Execute{"b", 9}, Sync{}, Execute{"a", 1}, Close{'P', "a"},
           Close{'P', "b"}, Sync{}, Execute{"a", 1}, Sync{}, Query{"COMMIT"});
  // Names that the protocol and SQL share.
  converse(recording, Query{"PREPARE by_sql AS SELECT 'by sql' AS whose"}, Bind{"", "by_sql"},
           Execute{}, Sync{}, Parse{"by_protocol", "SELECT 'by protocol' AS whose"}, Sync{},
           Query{"EXECUTE by_protocol"}, Parse{"by_sql", "SELECT 'too late'"}, Sync{},
           Bind{"", "by_sql"}, Execute{}, Sync{}, Query{"DEALLOCATE ALL"}, Bind{"", "by_sql"},
           Execute{}, Sync{}, Close{'S', "nothing"}, Sync{});
  converse(recording, Query{"BEGIN"},
           Query{"DECLARE held CURSOR FOR SELECT generate_series(1, 5) AS declared"},
           Execute{"held", 2}, Sync{}, Query{"FETCH 1 FROM held"}, Execute{"held", 0}, Sync{},
           Query{"ROLLBACK"});
  // An error, and what is skipped behind it, queries and calls included.
  converse(recording, Parse{"", "SELECT 1 AS first"}, Bind{}, Execute{}, Close{'P', ""},
           Parse{"", "SELEC 2"}, Bind{}, Execute{}, Query{"SELECT 'skipped'"}, FunctionCall{1397},
           Sync{}, Query{"SELECT 'not skipped' AS k"});
  converse(recording, Bind{"", "never_made"}, Execute{}, Flush{}, Sync{}, Execute{"no_portal", 0},
           Sync{}, Describe{'S', "no_statement"}, Sync{}, Parse{"", ""}, Bind{}, Execute{}, Sync{},
           Query{""});
  // The unnamed statement dies with a simple query; constraints fail at Sync; calls by oid.
  converse(recording, Parse{"", "SELECT 1 AS unnamed"}, Query{"SELECT 2 AS simple"}, Bind{},
           Execute{}, Sync{}, Parse{"", "INSERT INTO child VALUES (97)"}, Bind{}, Execute{}, Sync{},
           FunctionCall{.function = 1397, .parameters = Bytes("\0\0\0\1\0\0\0\2-7", 10)},
           FunctionCall{999'999}, Query{"SELECT 'still here' AS k"});
  // COPY by the extended protocol, with Syncs that it swallows or not, and a query behind.
  converse(recording, Parse{"", "COPY item FROM STDIN"}, Bind{}, Execute{}, Sync{},
           CopyData{"401\tok\n"}, CopyDone{}, Sync{}, Query{"SELECT 'copied' AS k"},
           Parse{"", "COPY item FROM STDIN"}, Bind{}, Execute{}, Sync{}, CopyData{"bad\n"},
           CopyDone{}, Sync{}, Query{"SELECT 'not copied' AS k"}, CopyData{"late"}, CopyDone{},
           Parse{"", "COPY nowhere FROM STDIN"}, Bind{}, Execute{}, Sync{}, CopyData{"1\n"},
           CopyDone{}, Sync{}, Query{"SELECT 'never began' AS k"});
  // Bytes that are no text.
  converse(recording, Query{"SELECT '\xff\xfe' AS raw"}, Query{"SELECT 'text' AS k"});
}

void run_deaths(Recording& recording) {
  constexpr auto dying =
      "SELECT CASE WHEN i = 3 THEN pg_terminate_backend(pg_backend_pid()) END "
      "FROM generate_series(1, 9) i";
  converse(recording, Query{"SELECT 1 AS alive"}, Query{dying}, Query{"SELECT 'never run'"});
  converse(recording, Parse{"", dying}, Bind{}, Execute{}, Parse{"", "SELECT 'never run'"}, Bind{},
           Execute{}, Sync{});
  converse(recording, Query{"BEGIN"}, Query{"COPY item FROM STDIN"}, CopyData{"501\tlost\n"},
           Query{"SELECT 'in the middle of a copy'"});
}

}  // namespace ride::test
