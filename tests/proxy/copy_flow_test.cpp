// COPY where it fails, is interrupted or never ends, by a real server, and what the record makes of
// it.
#include "protocol/framer.hpp"
#include "tests/catch.hpp"
#include "tests/proxy/flow.hpp"
#include "tests/support/eventually.hpp"

using namespace ride;
using namespace ride::test;
using namespace ride::protocol;
using Words = std::vector<std::string>;

TEST_CASE("wire 23: wherever a COPY fails, what follows its Syncs keeps its own outcome",
          "[postgres][proxy][wire]") {
  Recording recording;
  recording.psql(
      "CREATE TABLE t (n int);\n"
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$;\n"
      "CREATE TABLE guarded (n int);\n"
      "CREATE TRIGGER g BEFORE INSERT ON guarded EXECUTE FUNCTION refuse();\n");
  const auto before = facts_of(recording).statements.size();
  const auto copy = [&](const std::string& text, const std::string& data) {
    converse(recording, Parse{"", text}, Bind{}, Execute{}, Sync{}, CopyData{data}, CopyDone{},
             Sync{}, Query{"SELECT 'behind'"}, Parse{"", "SELECT 'further'"}, Bind{}, Execute{},
             Sync{});
  };
  copy("COPY t FROM STDIN", "1\n");          // reads the first Sync
  copy("COPY t FROM STDIN", "no number\n");  // fails, and has read it
  copy("COPY guarded FROM STDIN", "1\n");    // fails before it reads anything
  copy("COPY nowhere FROM STDIN", "1\n");    // never begins
  auto facts = facts_of(recording);
  CHECK(facts.gaps.empty());
  facts.statements.erase(facts.statements.begin(),
                         facts.statements.begin() + static_cast<std::ptrdiff_t>(before));
  const Words behind = {"committed SELECT 1 SELECT 'behind'",
                        "committed SELECT 1 SELECT 'further'"};
  Words expected;
  for (const auto* first :
       {"committed COPY 1 COPY t FROM STDIN", "failed 22P02 COPY t FROM STDIN",
        "failed P0001 COPY guarded FROM STDIN", "failed 42P01 COPY nowhere FROM STDIN"}) {
    expected.emplace_back(first);
    expected.insert(expected.end(), behind.begin(), behind.end());
  }
  CHECK(told(facts) == expected);
  recording.psql("DROP TABLE t, guarded; DROP FUNCTION refuse();\n");
}

TEST_CASE("wire 24: COPY data outside a COPY is nobody's", "[postgres][proxy][wire]") {
  Recording recording;
  converse(recording, Query{"COPY nowhere FROM STDIN"}, CopyData{"late"}, CopyDone{},
           Query{"SELECT 1"});
  const auto facts = facts_of(recording);
  CHECK(told(facts) ==
        Words{"failed 42P01 COPY nowhere FROM STDIN", "committed SELECT 1 SELECT 1"});
  for (const auto& ended : recording.events("ended")) CHECK(bytes(ended, "copy_data").empty());
}

TEST_CASE("wire 25: a query in the middle of COPY data ends the COPY and then the session",
          "[postgres][proxy][wire]") {
  Recording recording;
  converse(recording, Query{"CREATE TEMP TABLE t (n int)"}, Query{"COPY t FROM STDIN"},
           CopyData{"1\n"}, Query{"SELECT 'not read'"});
  const auto words = told(facts_of(recording));
  REQUIRE(words.size() == 3);
  CHECK(words[1] == "failed 08P01 COPY t FROM STDIN");
  CHECK(words[2] == "unknown - SELECT 'not read'");
  REQUIRE(recording.has("connection_closed"));
  CHECK(bytes(recording.events("connection_closed").at(0), "error").find("FATAL") !=
        std::string::npos);
}

TEST_CASE("wire 27: what a client copies in is counted to the byte, and its beginning is kept",
          "[postgres][proxy][wire]") {
  Recording recording;
  const auto connection = recording.connect();
  value(connection, "CREATE TEMP TABLE numbers (n int)");
  const std::string copy = "COPY numbers FROM STDIN";
  const Result began(PQexec(connection.get(), copy.c_str()), PQclear);
  REQUIRE(PQresultStatus(began.get()) == PGRES_COPY_IN);
  std::string payload;
  constexpr int rows = 60'000;  // far more than is kept: most pass without being looked at
  for (int n = 1; n <= rows; ++n) {
    const auto row = std::to_string(n) + "\n";
    payload += row;
    REQUIRE(PQputCopyData(connection.get(), row.data(), static_cast<int>(row.size())) == 1);
  }
  REQUIRE(PQputCopyEnd(connection.get(), nullptr) == 1);
  const Result done(PQgetResult(connection.get()), PQclear);
  CHECK(PQcmdTuples(done.get()) == std::to_string(rows));
  while (Result(PQgetResult(connection.get()), PQclear)) continue;
  CHECK(value(connection, "SELECT count(*) FROM numbers") == std::to_string(rows));

  const auto ended = recording.events("ended");
  REQUIRE(ended.size() == 3);
  const auto wire_bytes = header_bytes + copy.size() + 1 + rows * header_bytes + payload.size();
  CHECK(number(ended[1], "bytes_in") == static_cast<std::int64_t>(wire_bytes));
  const auto kept = bytes(ended[1], "copy_data");
  CHECK(kept.size() > 65'000);
  CHECK(payload.starts_with(kept));
  CHECK(number(ended[1], "omitted_bytes") ==
        static_cast<std::int64_t>(payload.size() - kept.size()));
  CHECK(number(ended[2], "omitted_bytes") == 0);
}

TEST_CASE("wire 27: a base backup and a logical stream are counted and not kept",
          "[postgres][proxy][wire]") {
  Recording recording;
  const auto backup = run({postgres_programs() + "/pg_basebackup", "-D", "-", "-F", "t", "-X",
                           "none", "-c", "fast", "-d", recording.dsn()});
  CHECK(backup.status == 0);
  CHECK(backup.output.size() > 10'000'000);
  REQUIRE(recording.has("connection_closed"));
  std::int64_t bytes_out = 0;
  std::int64_t omitted_bytes = 0;
  for (const auto& ended : recording.events("ended")) {
    bytes_out += number(ended, "bytes_out");
    omitted_bytes += number(ended, "omitted_bytes");
    CHECK(bytes(ended, "copy_data").size() <= 65'536);
  }
  CHECK(bytes_out > 10'000'000);
  CHECK(omitted_bytes > 10'000'000);

  const auto connection = recording.connect("replication=database");
  const auto exec = [&](const char* command) {
    return Result(PQexec(connection.get(), command), PQclear);
  };
  exec("CREATE_REPLICATION_SLOT flow TEMPORARY LOGICAL pgoutput");
  const auto stream =
      exec("START_REPLICATION SLOT flow LOGICAL 0/0 (proto_version '1', publication_names 'none')");
  REQUIRE(PQresultStatus(stream.get()) == PGRES_COPY_BOTH);
  PQputCopyEnd(connection.get(), nullptr);
  char* part = nullptr;
  while (PQgetCopyData(connection.get(), &part, 0) > 0) PQfreemem(part);
  while (Result(PQgetResult(connection.get()), PQclear)) continue;
  CHECK(value(connection, "SELECT 'goes on'") == "goes on");
  CHECK(facts_of(recording).gaps.empty());
}

TEST_CASE("wire 27: a COPY of some length is recorded while it goes on, every 64 MiB",
          "[postgres][proxy][wire]") {
  Recording recording;
  constexpr std::int64_t step_bytes = 64 << 20;
  constexpr std::int64_t chunk_bytes = 64 << 10;
  CHECK(recording.psql("COPY (SELECT 1) TO STDOUT;\n").status == 0);  // of this one, nothing
  // Both in one text: counts begin anew with each, and the ordinal tells which it is of.
  const std::string out =
      "COPY (SELECT repeat('x', 99999) FROM generate_series(1, 2100)) TO STDOUT";
  CHECK(recording.psql(out + " \\; " + out + ";\n").status == 0);
  const auto connection = recording.connect();
  value(connection, "CREATE TEMP TABLE t (x text)");
  const Result began(PQexec(connection.get(), "COPY t FROM STDIN WHERE x = 'none'"), PQclear);
  REQUIRE(PQresultStatus(began.get()) == PGRES_COPY_IN);
  const auto row = std::string(99'999, 'y') + "\n";
  for (int i = 0; i < 1'400; ++i)
    REQUIRE(PQputCopyData(connection.get(), row.data(), static_cast<int>(row.size())) == 1);
  REQUIRE(PQputCopyEnd(connection.get(), nullptr) == 1);
  const Result done(PQgetResult(connection.get()), PQclear);
  CHECK(PQresultStatus(done.get()) == PGRES_COMMAND_OK);

  struct Told {
    std::string field;
    std::int64_t request, ordinal, times;
  };
  std::vector<Told> told;
  for (const auto& ended : recording.events("ended"))
    for (const auto* field : {"bytes_in", "bytes_out"})
      if (number(ended, field) > step_bytes)
        told.push_back({field, number(ended, "request"), number(ended, "ordinal"),
                        number(ended, field) / step_bytes});
  REQUIRE(told.size() == 3);
  auto copying = recording.events("copying");
  auto at = copying.begin();
  for (const auto& one : told) {
    INFO(one.field << " of " << one.request << "." << one.ordinal);
    CHECK(one.times == (one.field == "bytes_out" ? 3 : 2));
    std::int64_t before = 0;
    for (std::int64_t i = 0; i < one.times; ++i, ++at) {
      REQUIRE(at != copying.end());
      CHECK(number(*at, "request") == one.request);
      CHECK(number(*at, "ordinal") == one.ordinal);
      const auto passed = number(*at, "bytes_in") + number(*at, "bytes_out") - before;
      before += passed;
      CHECK(passed >= step_bytes);
      CHECK(passed < step_bytes + 2 * chunk_bytes + 100'000);  // told behind whole messages
    }
  }
  CHECK(at == copying.end());
  CHECK(facts_of(recording).gaps.empty());
}

TEST_CASE("wire 27: a COPY that is slow is recorded again after a time, with what comes next",
          "[postgres][proxy][wire]") {
  proxy::Options options;
  options.limits.copying_wait_max = std::chrono::microseconds(0);
  Recording recording(options);
  const auto connection = recording.connect();
  value(connection, "CREATE TEMP TABLE t (n int)");
  const Result began(PQexec(connection.get(), "COPY t FROM STDIN"), PQclear);
  REQUIRE(PQputCopyData(connection.get(), "1\n", 2) == 1);
  REQUIRE(PQflush(connection.get()) == 0);
  const auto rows_told = [&] {
    const auto copying = recording.events("copying");
    return !copying.empty() && number(copying.back(), "bytes_in") > number(copying[0], "bytes_in");
  };
  CHECK(eventually(rows_told));
  CHECK(recording.events("ended").size() == 1);  // that of CREATE TABLE
}

TEST_CASE("wire 28: a walsender's commands are statements like any other",
          "[postgres][proxy][wire]") {
  Recording recording;
  {
    const auto connection = recording.connect("replication=true");
    const Result system(PQexec(connection.get(), "IDENTIFY_SYSTEM"), PQclear);
    CHECK(PQntuples(system.get()) == 1);
    const Result refused(
        PQexecParams(connection.get(), "SELECT 1", 0, nullptr, nullptr, nullptr, nullptr, 0),
        PQclear);
    CHECK(sqlstate(refused) == "08P01");
  }
  const auto facts = facts_of(recording);
  REQUIRE(facts.statements.size() == 2);
  CHECK(facts.statements[0].text == "IDENTIFY_SYSTEM");
  CHECK(facts.statements[0].rows == 1);
  CHECK(facts.statements[1].sqlstate == "08P01");
}
