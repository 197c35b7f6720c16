// Simple queries through the proxy, by the real psql and libpq, and what the journal says of them.
#include <sys/resource.h>

#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "tests/catch.hpp"
#include "tests/proxy/recording.hpp"
#include "tests/support/eventually.hpp"

using namespace ride::test;

TEST_CASE("psql's statements and their results are in the journal", "[postgres][proxy]") {
  Recording recording;
  const auto psql = recording.psql("SELECT 40 + 2 AS answer;\n");
  REQUIRE(psql.status == 0);
  REQUIRE(psql.output == "42\n");

  const auto queries = recording.events("query");
  REQUIRE(queries.size() == 1);
  CHECK(text(queries[0], "text") == "SELECT 40 + 2 AS answer;");
  const auto ended = recording.events("ended");
  REQUIRE(ended.size() == 1);
  CHECK(number(ended[0], "request") == number(queries[0], "seq"));
  CHECK(text(ended[0], "how") == "complete");
  CHECK(text(ended[0], "tag") == "SELECT 1");
  CHECK(number(ended[0], "rows") == 1);
  CHECK(number(ended[0], "first_byte_us") >= number(queries[0], "at_us"));
  CHECK(number(ended[0], "bytes_in") == 30);
  CHECK(bytes(ended[0], "data").find("42") != std::string::npos);
  CHECK(bytes(ended[0], "columns").find("answer") != std::string::npos);
  const auto ready = recording.events("ready");
  REQUIRE(ready.size() == 1);
  CHECK(number(ready[0], "request") == number(queries[0], "seq"));
  CHECK(text(ready[0], "status") == "I");

  const auto started = recording.events("connection_started");
  REQUIRE(started.size() == 1);
  CHECK(text(started[0], "user") == "oncall");
  CHECK(text(started[0], "database") == "postgres");
  CHECK(text(started[0], "application") == "psql");
  CHECK(number(recording.events("connection_ready").at(0), "pid") > 0);
  REQUIRE(recording.has("connection_closed"));
  const auto closed = recording.events("connection_closed");
  CHECK(text(closed[0], "how") == "terminated");
}

TEST_CASE("wire 20: each statement of a query string ends by itself, up to the first error",
          "[postgres][proxy][wire]") {
  Recording recording;
  const auto connection = recording.connect();
  const Result result(PQexec(connection.get(), "SELECT 1; SELECT 2, 3; SELECT 1/0; SELECT 4"),
                      PQclear);
  CHECK(sqlstate(result) == "22012");
  const auto ended = recording.events("ended");
  REQUIRE(ended.size() == 3);
  for (std::int64_t ordinal = 0; ordinal < 3; ++ordinal)
    CHECK(number(ended[static_cast<std::size_t>(ordinal)], "ordinal") == ordinal);
  CHECK(text(ended[1], "how") == "complete");
  CHECK(text(ended[2], "how") == "error");
  CHECK(bytes(ended[2], "error").find("22012") != std::string::npos);
}

TEST_CASE("wire 40: a transaction's state stands in each ready event", "[postgres][proxy][wire]") {
  Recording recording;
  const auto connection = recording.connect();
  for (const char* sql : {"BEGIN", "SELECT nothing", "ROLLBACK"})
    Result(PQexec(connection.get(), sql), PQclear);
  std::string states;
  for (const auto& event : recording.events("ready")) states += text(event, "status");
  CHECK(states == "TEI");
}

TEST_CASE("wire 20: an empty query string is recorded as empty", "[postgres][proxy][wire]") {
  Recording recording;
  const auto connection = recording.connect();
  Result(PQexec(connection.get(), ";;"), PQclear);
  CHECK(text(recording.events("ended").at(0), "how") == "empty");
}

TEST_CASE("COPY passes both ways by psql's \\copy", "[postgres][proxy]") {
  Recording recording;
  const TemporaryDirectory files;
  std::ofstream(files / "in") << "1\tone\n2\ttwo\n";
  const auto psql = recording.psql(
      "CREATE TEMP TABLE t (n int, name text);\n"
      "\\copy t FROM '" +
      (files / "in").string() +
      "'\n"
      "\\copy t TO '" +
      (files / "out").string() + "'\n");
  REQUIRE(psql.status == 0);
  std::ifstream out(files / "out");
  CHECK(std::string(std::istreambuf_iterator<char>(out), {}) == "1\tone\n2\ttwo\n");
  int copies = 0;
  for (const auto& ended : recording.events("ended")) {
    if (text(ended, "tag") != "COPY 2") continue;
    ++copies;
    CHECK(text(ended, "copy_data") == "1\tone\n2\ttwo\n");
    CHECK(number(ended, "copy_format") == 0);
  }
  CHECK(copies == 2);
}

TEST_CASE("COPY data above the limit is cut and the cut is marked", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  Result(PQexec(connection.get(),
                "COPY (SELECT repeat('x', 99) FROM generate_series(1, 2000)) "
                "TO STDOUT"),
         PQclear);
  char* row = nullptr;
  while (PQgetCopyData(connection.get(), &row, 0) > 0) PQfreemem(row);
  Result(PQgetResult(connection.get()), PQclear);
  const auto ended = recording.events("ended");
  REQUIRE(ended.size() == 1);
  CHECK(text(ended[0], "copy_data").size() == 65536);
  CHECK(number(ended[0], "omitted_bytes") == 2000 * 100 - 65536);
}

TEST_CASE("rows and COPY data behind what is kept are counted to the last", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  Result(PQexec(connection.get(), "SELECT generate_series(100000, 299999); SELECT 'short'"),
         PQclear);
  Result(PQexec(connection.get(), "COPY (SELECT generate_series(100000, 299999)) TO STDOUT"),
         PQclear);
  char* row = nullptr;
  while (PQgetCopyData(connection.get(), &row, 0) > 0) PQfreemem(row);
  Result(PQgetResult(connection.get()), PQclear);
  const auto ended = recording.events("ended");
  REQUIRE(ended.size() == 3);
  constexpr std::int64_t count = 200'000;
  constexpr std::int64_t row_bytes = 2 + 4 + 6;  // columns, length, six digits
  constexpr std::int64_t kept = 65'536 / (4 + row_bytes);
  CHECK(number(ended[0], "rows") == count);
  CHECK(number(ended[0], "omitted_rows") == count - kept);
  CHECK(number(ended[0], "omitted_bytes") == (count - kept) * row_bytes);
  CHECK(number(ended[0], "bytes_out") > count * (5 + row_bytes));
  CHECK(number(ended[0], "bytes_out") < count * (5 + row_bytes) + 100);
  CHECK(number(ended[1], "rows") == 1);
  CHECK(number(ended[2], "omitted_bytes") == count * 7 - 65'536);
  CHECK(number(ended[2], "bytes_out") > count * (5 + 7));
  CHECK(number(ended[2], "bytes_out") < count * (5 + 7) + 100);
}

TEST_CASE("wire 41: notices, notifications and changed parameters are recorded",
          "[postgres][proxy][wire]") {
  Recording recording;
  const auto connection = recording.connect();
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  for (const char* sql :
       {"LISTEN news", "NOTIFY news, 'hello'", "DO $$BEGIN RAISE NOTICE 'look here'; END$$",
        "SET application_name = 'renamed'"})
    Result(PQexec(connection.get(), sql), PQclear);
  const std::unique_ptr<PGnotify, decltype(&PQfreemem)> notify(PQnotifies(connection.get()),
                                                               PQfreemem);
  REQUIRE(notify);
  CHECK(notify->be_pid == PQbackendPID(connection.get()));
  const auto notification = recording.events("notification").at(0);
  CHECK(text(notification, "name") == "news");
  CHECK(text(notification, "text") == "hello");
  CHECK(number(notification, "pid") == notify->be_pid);
  const auto ended = recording.events("ended").at(2);
  CHECK(bytes(ended, "notices").find("look here") != std::string::npos);
  const auto changed = recording.events("parameter_changed").at(0);
  CHECK(text(changed, "name") == "application_name");
  CHECK(text(changed, "text") == "renamed");
  CHECK(recording.proxy().sessions().at(0).application == "renamed");
}

TEST_CASE("wire 35: \\c is a connection of its own, to the other database",
          "[postgres][proxy][wire]") {
  Recording recording;
  const auto psql = recording.psql("\\c otherdb\nSELECT current_database();\n");
  CHECK(psql.output.find("otherdb") != std::string::npos);
  const auto started = recording.events("connection_started");
  REQUIRE(started.size() == 2);
  CHECK(text(started[1], "database") == "otherdb");
  CHECK(number(recording.events("query").at(0), "connection") == number(started[1], "connection"));
}

TEST_CASE("connections at the same time keep their statements apart", "[postgres][proxy]") {
  ride::proxy::Options options;
  options.threads = 2;
  Recording recording(options);
  std::vector<std::thread> clients;
  for (int client = 0; client < 8; ++client) {
    clients.emplace_back([&recording, client] {
      const auto connection = recording.connect();
      for (int i = 0; i < 50; ++i)
        value(connection,
              "SELECT " + std::to_string(client) + " AS client_" + std::to_string(client));
    });
  }
  for (auto& client : clients) client.join();
  std::map<std::int64_t, std::set<std::string>> texts;  // by connection
  std::map<std::int64_t, std::int64_t> connection_of;   // by request
  for (const auto& event : recording.events()) {
    if (text(event, "kind") == "query") {
      texts[number(event, "connection")].insert(text(event, "text"));
      connection_of[number(event, "seq")] = number(event, "connection");
    }
    if (text(event, "kind") == "ended")
      CHECK(connection_of.at(number(event, "request")) == number(event, "connection"));
  }
  CHECK(texts.size() == 8);
  for (const auto& [connection, ours] : texts) CHECK(ours.size() == 1);
}

TEST_CASE("a row of 50 MB passes whole, in bounded memory", "[postgres][proxy]") {
  Recording recording;
  const auto md5 = recording.psql(
      "SELECT repeat('0123456789', 5000000) AS big \\gset\n"
      "SELECT md5(:'big') = md5(repeat('0123456789', 5000000));\n");
  CHECK(md5.output == "t\n");
  const auto ended = recording.events("ended");
  REQUIRE(ended.size() == 2);
  CHECK(number(ended[0], "rows") == 1);
  CHECK(number(ended[0], "omitted_rows") == 1);
  CHECK(number(ended[0], "omitted_bytes") == 50'000'006);
  CHECK(number(recording.events("query").at(1), "omitted_bytes") > 48'000'000);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  CHECK(usage.ru_maxrss < 150'000);  // KiB: the proxy shares this process with the journal
#endif
}
