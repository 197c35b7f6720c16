// Cancels: they travel on a connection of their own, which ends when the server has done its part
// and not before; so no cancel hits what comes after.
#include <array>
#include <cstdlib>

#include "tests/catch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/wire/wire.hpp"

using namespace ride;
using namespace ride::test;

namespace {

using Cancel = std::unique_ptr<PGcancel, decltype(&PQfreeCancel)>;

bool request_cancel(const Cancel& cancel) {
  std::array<char, 256> error{};
  return PQcancel(cancel.get(), error.data(), static_cast<int>(error.size())) == 1;
}

// Waits for a statement's first notice, which it raises when it is under way.
void wait_for_notice(PGconn* connection, const bool& noticed) {
  PQflush(connection);
  REQUIRE(eventually([&] {
    PQconsumeInput(connection);
    PQisBusy(connection);  // takes the notice up
    return noticed;
  }));
}

constexpr const char* long_statement =
    "DO $$BEGIN RAISE NOTICE 'under way'; PERFORM pg_sleep(600); END$$";

int rounds() {  // bench/cancels asks for more
  const char* asked = std::getenv("RIDE_CANCEL_ROUNDS");
  return asked == nullptr ? 300 : std::atoi(asked);
}

}  // namespace

TEST_CASE("wire 15: a cancel in plain text hits its session that uses TLS", "[postgres][wire]") {
  Recording recording;
  const auto connection = recording.connect("sslmode=require");
  bool noticed = false;
  PQsetNoticeReceiver(
      connection.get(), [](void* seen, const PGresult*) { *static_cast<bool*>(seen) = true; },
      &noticed);
  PQsendQuery(connection.get(), long_statement);
  wait_for_notice(connection.get(), noticed);
  REQUIRE(request_cancel(Cancel(PQgetCancel(connection.get()), PQfreeCancel)));
  CHECK(sqlstate(Result(PQgetResult(connection.get()), PQclear)) == "57014");
  const auto opened = recording.events("connection_opened");
  CHECK(text(opened.at(0), "tls").starts_with("TLSv1"));
  CHECK(text(opened.at(1), "tls").empty());
  CHECK(number(recording.events("cancel_requested").at(0), "request") ==
        number(recording.events("query").at(0), "seq"));
}

TEST_CASE(
    "wire 16: a cancel's connection stays open until the server closes its own (scripted server)",
    "[wire]") {
  ScriptedServer server;
  proxy::Options options;
  options.upstream = {server.socket_directory(), ScriptedServer::port};
  Recording recording(options);
  const RawClient canceller(recording.proxy().port());
  std::string cancel;
  protocol::encode(protocol::CancelRequest{4242, Bytes("\1\2\3\4", 4)}, cancel);
  canceller.send(cancel);
  server.accept();
  REQUIRE(server.receive(cancel.size()) == cancel);
  // Another connection comes and goes meanwhile, on the proxy's only thread: had the cancel's been
  // closed by then, its end would be here.
  const auto busy_server = [&] {
    ScriptedServer other;
    recording.proxy().set_upstream({other.socket_directory(), ScriptedServer::port});
    const RawClient passer_by(recording.proxy().port());
    passer_by.send(startup());
    other.accept();
    return other.receive(startup().size()) == startup();
  };
  CHECK(busy_server());
  CHECK_FALSE(canceller.at_end());
  server.close();
  CHECK(canceller.receive_all().empty());
}

TEST_CASE("wire 16: cancel upon cancel, none hits the statement behind it and none hangs",
          "[postgres][wire]") {
  Recording recording;
  const auto connection = recording.connect();
  const Cancel cancel(PQgetCancel(connection.get()), PQfreeCancel);
  bool noticed = false;
  PQsetNoticeReceiver(
      connection.get(), [](void* seen, const PGresult*) { *static_cast<bool*>(seen) = true; },
      &noticed);
  const int wanted = rounds();
  for (int round = 0; round < wanted; ++round) {
    INFO("round " << round);
    noticed = false;
    REQUIRE(PQsendQuery(connection.get(), long_statement) == 1);
    wait_for_notice(connection.get(), noticed);
    REQUIRE(request_cancel(cancel));
    REQUIRE(sqlstate(Result(PQgetResult(connection.get()), PQclear)) == "57014");
    while (Result(PQgetResult(connection.get()), PQclear)) continue;
    // Late on purpose: this cancel finds an idle session.
    if (round % 2 == 1) REQUIRE(request_cancel(cancel));
    REQUIRE(value(connection, "SELECT 'not hit'") == "not hit");
  }
  CHECK(recording.events("cancel_requested").size() ==
        static_cast<std::size_t>(wanted + wanted / 2));
  for (const auto& ended : recording.events("ended"))
    CHECK((text(ended, "how") == "error" || text(ended, "tag") == "SELECT 1"));
}
