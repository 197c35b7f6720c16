// Streams in both directions, as PostgreSQL's own receivers make them.
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/catch.hpp"
#include "tests/drivers/tools.hpp"
#include "tests/support/eventually.hpp"

using namespace ride::test;

namespace {

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("wire 27: a base backup through ride verifies, with its WAL on a connection beside it",
          "[postgres][drivers][wire]") {
  Recording recording;
  const TemporaryDirectory folder;
  for (const char* sslmode : {"disable", "require"}) {
    const auto target = (folder / sslmode).string();
    run_tool(through(recording), {"pg_basebackup", "-D", target, "-X", "stream", "-c", "fast"}, "",
             sslmode);
    run_tool(directly(), {"pg_verifybackup", target});
  }
  REQUIRE(all_closed(recording));
  CHECK(recording.events("gap").empty());
  std::size_t backups = 0, streams = 0;
  std::int64_t backup_bytes = 0;
  for (const auto& [sql, ended] : ended_queries(recording)) {
    if (sql.starts_with("BASE_BACKUP")) {
      ++backups;
      backup_bytes = std::max(backup_bytes, number(ended, "bytes_out"));
      CHECK(text(ended, "how") == "complete");
    }
    if (sql.starts_with("START_REPLICATION") && number(ended, "ordinal") == 0) {
      ++streams;
      CHECK(text(ended, "how") == "complete");
    }
  }
  CHECK(backups >= 2);
  CHECK(backup_bytes > 1'000'000);
  CHECK(streams == 2);
}

TEST_CASE("wire 27: what is written shows at a logical receiver while its stream stays open",
          "[postgres][drivers][wire]") {
  Recording recording;
  const TemporaryDirectory folder;
  const auto out = (folder / "changes").string();
  const auto at = through(recording);
  run_tool(at, {"psql", "-Xqd", "postgres", "-c", "CREATE TABLE IF NOT EXISTS streamed (n int)"});
  run_tool(at, {"pg_recvlogical", "-d", "postgres", "--slot", "ride", "--create-slot", "-P",
                "test_decoding"});
  {
    Child receiver({program("pg_recvlogical"), "-d", "postgres", "--slot", "ride", "--start", "-f",
                    out, "-F", "0", "-s", "1"},
                   {.environment = {"PGHOST=" + at.host, "PGPORT=" + at.port, "PGUSER=oncall"}});
    for (const char* round : {"1", "2", "3"}) {
      run_tool(at, {"psql", "-Xqd", "postgres", "-c",
                    std::string("INSERT INTO streamed VALUES (") + round + ")"});
      CHECK(eventually([&] {
        return content(out).find(std::string("INSERT: n[integer]:") + round) != std::string::npos;
      }));
    }
    receiver.signal(SIGINT);
    CHECK(receiver.wait() == 0);
  }
  run_tool(at, {"pg_recvlogical", "-d", "postgres", "--slot", "ride", "--drop-slot"});
  REQUIRE(all_closed(recording));
  bool found = false;
  for (const auto& [sql, ended] : ended_queries(recording)) {
    if (!sql.starts_with("START_REPLICATION SLOT")) continue;
    found = true;
    // Up to version 15 it says CopyDone and hangs up before the server's answer.
    const auto how = text(ended, "how");
    CHECK((how == "complete" || how == "cut"));
    CHECK(bytes(ended, "copy_data").find("INSERT") != std::string::npos);
    CHECK(number(ended, "bytes_in") > 0);  // the receiver's own reports
  }
  CHECK(found);
}

TEST_CASE("wire 27: pg_receivewal through ride keeps up with the server and ends when told",
          "[postgres][drivers][wire]") {
  Recording recording;
  const TemporaryDirectory folder;
  const auto at = through(recording);
  Child receiver({program("pg_receivewal"), "-D", folder.path().string(), "-s", "1", "--no-sync"},
                 {.environment = {"PGHOST=" + at.host, "PGPORT=" + at.port, "PGUSER=oncall"}});
  const auto streams = [] {
    return Postgres::instance().value(
        "SELECT count(*) FROM pg_stat_replication WHERE application_name = 'pg_receivewal'");
  };
  REQUIRE(eventually([&] { return streams() == "1"; }));
  const auto segment = Postgres::instance().value("SELECT pg_walfile_name(pg_current_wal_lsn())");
  Postgres::instance().value(
      "SELECT pg_switch_wal() FROM pg_logical_emit_message(false, 'ride', repeat('w', 1000000))");
  CHECK(eventually([&] { return std::filesystem::exists(folder / segment); }));
  receiver.signal(SIGINT);
  CHECK(receiver.wait() == 0);
  REQUIRE(all_closed(recording));
  CHECK(streams() == "0");
}

TEST_CASE("wire 27: a subscription whose publisher is behind ride receives rows and goes on",
          "[postgres][drivers][wire]") {
  Recording recording;
  auto& server = Postgres::instance();
  const auto at = through(recording);
  server.value("CREATE TABLE told (n int PRIMARY KEY)");
  server.value("CREATE TABLE told (n int PRIMARY KEY)", "otherdb");
  server.value("INSERT INTO told SELECT generate_series(1, 1000)");
  server.value("CREATE PUBLICATION told FOR TABLE told");
  // Both ends are one server: the slot has to be there before the subscription.
  server.value("SELECT pg_create_logical_replication_slot('told', 'pgoutput')");
  server.value("CREATE SUBSCRIPTION told CONNECTION 'host=" + at.host + " port=" + at.port +
                   " user=oncall dbname=postgres sslmode=disable' PUBLICATION told WITH "
                   "(create_slot = false)",
               "otherdb");
  const auto arrived = [&](const char* count) {
    return eventually([&] { return server.value("SELECT count(*) FROM told", "otherdb") == count; },
                      std::chrono::seconds(60));
  };
  CHECK(arrived("1000"));  // by COPY
  server.value("INSERT INTO told SELECT generate_series(1001, 3000)");
  CHECK(arrived("3000"));  // by the stream
  server.value("DROP SUBSCRIPTION told", "otherdb");
  server.value("DROP PUBLICATION told");
  server.value("DROP TABLE told");
  server.value("DROP TABLE told", "otherdb");
  CHECK(all_closed(recording));
  CHECK(recording.events("gap").empty());
}

TEST_CASE(
    "wire 28: commands of physical replication are recorded, and the extended protocol is refused",
    "[postgres][drivers][wire]") {
  Recording recording;
  {
    const auto connection = recording.connect("replication=true");
    REQUIRE(PQstatus(connection.get()) == CONNECTION_OK);
    CHECK(!value(connection, "IDENTIFY_SYSTEM").empty());
    CHECK(value(connection, "SHOW wal_level") == "logical");
    const Result refused(
        PQexecParams(connection.get(), "IDENTIFY_SYSTEM", 0, nullptr, nullptr, nullptr, nullptr, 0),
        PQclear);
    CHECK(sqlstate(refused) == "08P01");
  }
  REQUIRE(all_closed(recording));
  const auto ended = ended_queries(recording);
  REQUIRE(ended.size() == 2);
  CHECK(ended[0].first == "IDENTIFY_SYSTEM");
  CHECK(text(ended[0].second, "how") == "complete");
  const auto failed = recording.events("ended").back();
  CHECK(text(failed, "how") == "error");
  CHECK(bytes(failed, "error").find("08P01") != std::string::npos);
  CHECK(recording.events("gap").empty());
}
