// A session has the server's own pid and key: whatever compares them finds what it would find
// without the proxy.
#include "tests/catch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/wire/wire.hpp"

using namespace ride;
using namespace ride::test;

TEST_CASE("wire 14: the pid that a client is told is the one that the server knows it by",
          "[postgres][wire]") {
  Recording recording;
  const auto connection = recording.connect("application_name=wire_14");
  const auto pid = std::to_string(PQbackendPID(connection.get()));
  CHECK(value(connection, "SELECT pg_backend_pid()") == pid);
  CHECK(Postgres::instance().value(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'wire_14'") == pid);
  CHECK(std::to_string(number(recording.events("connection_ready").at(0), "pid")) == pid);
}

TEST_CASE("wire 14: a notification names the pid of its sender, as the sender knows it",
          "[postgres][wire]") {
  Recording recording;
  const auto listener = recording.connect();
  const auto sender = recording.connect();
  value(listener, "LISTEN wire_14");
  value(sender, "NOTIFY wire_14, 'from here'");
  std::unique_ptr<PGnotify, decltype(&PQfreemem)> heard(nullptr, PQfreemem);
  REQUIRE(eventually([&] {
    PQconsumeInput(listener.get());
    heard.reset(PQnotifies(listener.get()));
    return heard != nullptr;
  }));
  CHECK(heard->be_pid == PQbackendPID(sender.get()));
  CHECK(heard->extra == std::string("from here"));
}

TEST_CASE("wire 14: pg_terminate_backend ends the session whose pid the client was told",
          "[postgres][wire]") {
  Recording recording;
  const auto target = recording.connect();
  const auto other = recording.connect();
  const auto pid = std::to_string(PQbackendPID(target.get()));
  CHECK(value(other, "SELECT pg_terminate_backend(" + pid + ")") == "t");
  CHECK(eventually([&] {
    PQconsumeInput(target.get());
    return PQstatus(target.get()) == CONNECTION_BAD;
  }));
  CHECK(value(other, "SELECT 'still here'") == "still here");
}
