// The submit gate, the swap of the server behind the port, and the end of all sessions.
#include <thread>

#include "tests/catch.hpp"
#include "tests/proxy/recording.hpp"
#include "tests/support/eventually.hpp"

using namespace ride::test;
using namespace std::chrono_literals;

TEST_CASE("a held gate keeps the requests of idle sessions back until it is released",
          "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  REQUIRE(recording.proxy().hold(10s).empty());
  PQsendQuery(connection.get(), "SELECT 'after'");
  PQflush(connection.get());
  // Another client gets as far as its first query, too.
  const auto other = recording.connect();
  CHECK(PQstatus(other.get()) == CONNECTION_OK);
  CHECK(recording.events("query").empty());
  CHECK(Postgres::instance().value(
            "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%after%' AND pid = " +
            std::to_string(PQbackendPID(connection.get()))) == "0");
  recording.proxy().release();
  const Result result(PQgetResult(connection.get()), PQclear);
  CHECK(std::string(PQgetvalue(result.get(), 0, 0)) == "after");
  CHECK(recording.events("query").size() == 1);
}

TEST_CASE("hold waits for statements under way and names those that take too long",
          "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  const auto key = std::string("SELECT pg_advisory_lock(4711)");
  const auto holder = recording.connect();
  value(holder, key);
  PQsendQuery(connection.get(), key.c_str());
  PQflush(connection.get());
  REQUIRE(recording.has("connection_ready"));
  REQUIRE(eventually([&] { return recording.events("query").size() == 2; }));

  const auto busy = recording.proxy().hold(20ms);
  REQUIRE(busy.size() == 1);
  CHECK(busy[0].pid == static_cast<std::uint32_t>(PQbackendPID(connection.get())));
  CHECK(busy[0].request ==
        static_cast<std::uint64_t>(number(recording.events("query").at(1), "seq")));
  std::thread ends([&] {
    Postgres::instance().value("SELECT pg_cancel_backend(" +
                               std::to_string(PQbackendPID(connection.get())) + ")");
  });
  CHECK(recording.proxy().hold(30s).empty());
  ends.join();
  recording.proxy().release();
}

TEST_CASE("a COPY under way may finish while the gate is held", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  Result(PQexec(connection.get(), "CREATE TEMP TABLE t (n int)"), PQclear);
  const Result copy(PQexec(connection.get(), "COPY t FROM STDIN"), PQclear);
  REQUIRE(PQresultStatus(copy.get()) == PGRES_COPY_IN);
  CHECK(recording.proxy().hold(0ms).size() == 1);
  CHECK(PQputCopyData(connection.get(), "1\n2\n", 4) == 1);
  CHECK(PQputCopyEnd(connection.get(), nullptr) == 1);
  const Result result(PQgetResult(connection.get()), PQclear);
  CHECK(std::string(PQcmdStatus(result.get())) == "COPY 2");
  CHECK(recording.proxy().hold(30s).empty());
  recording.proxy().release();
}

TEST_CASE("close_sessions tells every client and leaves none", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  value(connection, "SELECT 1");
  REQUIRE(recording.proxy().sessions().size() == 1);
  recording.proxy().close_sessions();
  CHECK(recording.proxy().sessions().empty());
  const Result result(PQexec(connection.get(), "SELECT 1"), PQclear);
  CHECK(std::string(PQerrorMessage(connection.get()))
            .find("terminating connection due to administrator command") != std::string::npos);
  CHECK(text(recording.events("connection_closed").at(0), "how") == "cut");
}

TEST_CASE("close_sessions opens no gate and leaves no session waiting at it", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  recording.proxy().hold(10s);
  PQsendQuery(connection.get(), "SELECT 1");
  PQflush(connection.get());
  recording.proxy().close_sessions();
  CHECK(recording.proxy().sessions().empty());
  CHECK(recording.events("query").empty());
}

TEST_CASE("set_upstream sends new connections to the other server", "[postgres][proxy]") {
  Recording recording;
  CHECK(value(recording.connect(), "SELECT 1") == "1");
  recording.proxy().set_upstream({"/nonexistent", 5432});
  const auto refused = recording.connect();
  CHECK(PQstatus(refused.get()) == CONNECTION_BAD);
  CHECK(
      std::string(PQerrorMessage(refused.get())).find("ride cannot reach the PostgreSQL server") !=
      std::string::npos);
  CHECK(recording.events("connection_refused").size() == 1);
  recording.proxy().set_upstream({Postgres::instance().socket_directory(), Postgres::port});
  CHECK(value(recording.connect(), "SELECT 1") == "1");
}

TEST_CASE("status sees who is connected and what is under way", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect("application_name=watcher");
  PQsendQuery(connection.get(), "SELECT pg_sleep(600)");
  PQflush(connection.get());
  REQUIRE(eventually([&] {
    const auto sessions = recording.proxy().sessions();
    return sessions.size() == 1 && sessions[0].busy;
  }));
  const auto session = recording.proxy().sessions().at(0);
  CHECK(session.user == "oncall");
  CHECK(session.database == "postgres");
  CHECK(session.application == "watcher");
  CHECK(session.pid == static_cast<std::uint32_t>(PQbackendPID(connection.get())));
  CHECK(session.request ==
        static_cast<std::uint64_t>(number(recording.events("query").at(0), "seq")));
}
