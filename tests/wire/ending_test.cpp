// How sessions go on and end: a client that vanishes, and one that does nothing for long.
#include <signal.h>

#include "tests/catch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/wire/wire.hpp"

using namespace ride;
using namespace ride::test;
using namespace std::chrono_literals;

namespace {

std::string count_of(const std::string& application) {
  return Postgres::instance().value("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%" +
                                    application + "%' AND application_name = '" + application +
                                    "'");
}

// Starts psql with a statement that runs for long, kills it, and waits for its backend to be gone.
void kill_psql(const std::string& dsn, const std::string& application, const std::string& sql) {
  Child psql({"psql", "-X", "-q", dsn + " application_name=" + application, "-c",
              "SET client_connection_check_interval = '20ms'", "-c",
              sql + " /* " + application + " */"});
  REQUIRE(eventually([&] { return count_of(application) == "1"; }));
  psql.signal(SIGKILL);
  psql.wait();
  CHECK(eventually([&] { return count_of(application) == "0"; }));
}

}  // namespace

TEST_CASE(
    "wire 45: kill -9 of psql in a long SELECT ends its backend, through the proxy as directly",
    "[postgres][wire]") {
  Recording recording;
  const auto sql = GENERATE("SELECT pg_sleep(600)"s,  // the server looks for its client by itself
                            "SELECT count(*) FROM (SELECT generate_series(1, 1000000000000)) n"s);
  kill_psql("host=" + Postgres::instance().socket_directory() + " user=oncall dbname=postgres",
            "wire_45_direct", sql);
  kill_psql(recording.dsn(), "wire_45_through", sql);
  REQUIRE(recording.has("connection_closed"));
  const auto closed = recording.events("connection_closed").at(0);
  CHECK(text(closed, "how") == "client_gone");
  CHECK(number(closed, "bytes_in") > 0);
  CHECK(number(closed, "bytes_out") > 0);
  // What it had asked is known, and that it never saw the end.
  const auto ended = recording.events("ended");
  CHECK(text(ended.back(), "how") != "complete");
}

TEST_CASE("wire 45: a client that resets its connection takes its backend with it",
          "[postgres][wire]") {
  Recording recording;
  {
    const RawClient client(recording.proxy().port());
    client.send(startup(version_3_0, {"application_name", "wire_45_reset"}));
    client.receive_until(idle_ready);
    client.send(
        messages(protocol::Query{"SELECT repeat('wire_45_reset', 1000), "
                                 "generate_series(1, 100000000)"}));
    REQUIRE(client.receive_some() != "");
    REQUIRE(count_of("wire_45_reset") == "1");
  }  // closed with bytes unread: a reset
  CHECK(eventually([&] { return count_of("wire_45_reset") == "0"; }));
  REQUIRE(recording.has("connection_closed"));
  CHECK(text(recording.events("connection_closed").at(0), "how") == "client_gone");
  CHECK(text(recording.events("ended").at(0), "how") == "cut");
}

TEST_CASE("wire 54: a session idle beyond every limit of the proxy still hears what it listens for",
          "[postgres][wire]") {
  proxy::Options options;
  options.limits.startup_wait_max = 50ms;
  options.limits.connect_wait_max = 50ms;
  options.limits.linger_max = 50ms;
  Recording recording(options);
  const auto listener = recording.connect();
  value(listener, "LISTEN wire_54");
  // Others run into the limit one after the other, all of them later than the listener's last word.
  for (int i = 0; i < 20; ++i) CHECK(RawClient(recording.proxy().port()).receive_all().empty());
  Postgres::instance().value("NOTIFY wire_54, 'after a long time'");
  std::unique_ptr<PGnotify, decltype(&PQfreemem)> heard(nullptr, PQfreemem);
  CHECK(eventually([&] {
    PQconsumeInput(listener.get());
    heard.reset(PQnotifies(listener.get()));
    return heard != nullptr;
  }));
  CHECK(recording.has("notification"));
}
