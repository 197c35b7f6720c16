// Who connects around the proxy is told from ride's own sessions by the backend, not by its name.
#include "sandbox/own_sessions.hpp"

#include <signal.h>

#include <algorithm>
#include <fstream>

#include "tests/catch.hpp"
#include "tests/sandbox/incident.hpp"
#include "tests/support/eventually.hpp"

using namespace ride;
using namespace std::chrono_literals;
using test::eventually;

namespace {

using Found = std::vector<std::string>;

void end_session(sandbox::Session& oncall, const std::string& application) {
  oncall.demand(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '" +
          application + "'",
      "end " + application);
}

long times(const test::Incident& incident, const std::string& state) {
  const auto all = incident.states();
  return std::count(all.begin(), all.end(), state);
}

// As root of a container can: lets everybody in, and has the server read that.
void let_everybody_in(const test::Incident& incident) {
  const auto socket = std::filesystem::path(incident.endpoint().socket_directory);
  const auto data = socket.parent_path() / "data";
  std::ofstream(data / "pg_hba.conf") << "local all all trust\n";
  pid_t server = 0;
  std::ifstream(data / "postmaster.pid") >> server;
  REQUIRE(server > 0);
  REQUIRE(::kill(server, SIGHUP) == 0);
  REQUIRE(eventually(
      [&] { return test::error_of([&] { incident.login("postgres", "", "postgres"); }).empty(); }));
}

}  // namespace

TEST_CASE("no session of ride's own counts as going around the proxy", "[sandbox][postgres]") {
  test::Incident incident;
  incident.sandbox().inject();
  incident.sandbox().confirm();
  incident.sandbox().record_start();
  incident.sandbox().probes();
  CHECK(incident.bypasses() == Found{});
  {
    auto oncall = incident.oncall();
    end_session(oncall, "runner");
    for (long n = 1; n <= 3; ++n) {
      REQUIRE(eventually([&] { return times(incident, "writer connected") == n; }));
      end_session(oncall, "writer");
    }
    REQUIRE(eventually([&] { return times(incident, "writer connected") == 4; }));
  }
  incident.sandbox().submit_evidence();
  CHECK(incident.bypasses() == Found{"oncall@shop test"});
}

TEST_CASE("a session on the sandbox's socket is found, whatever it calls itself",
          "[sandbox][postgres]") {
  test::Incident incident;
  incident.sandbox().record_start();
  for (const char* name : {"psql", "ride", "writer"}) {
    auto session = sandbox::Session::open(
        {incident.endpoint(), "oncall", Secret(""), "shop", name, "", 10'000ms});
    session.demand("SELECT 1", "look around");
  }
  CHECK(incident.bypasses() == Found{"oncall@shop psql", "oncall@shop ride", "oncall@shop writer"});
}

TEST_CASE("a superuser that came in some other way is found, and its lines are recorded",
          "[sandbox][postgres]") {
  test::Incident incident;
  incident.sandbox().record_start();
  let_everybody_in(incident);
  auto session = sandbox::Session::open(
      {incident.endpoint(), "postgres", Secret(""), "shop", "ride", "", 10'000ms});
  CHECK_FALSE(session.query("SELECT nothing_that_is_there", 5s).ok());
  CHECK(incident.bypasses() == Found{"postgres@postgres test", "postgres@shop ride"});
  CHECK(incident.logged("nothing_that_is_there").size() == 1);
}

TEST_CASE("who is turned away was never in", "[sandbox][postgres]") {
  test::Incident incident;
  incident.sandbox().record_start();
  CHECK_THROWS_AS(incident.oncall("no_such_database"), sandbox::SessionError);
  CHECK_THROWS_AS(incident.login("postgres", "guess"), sandbox::SessionError);
  CHECK_THROWS_AS(sandbox::Session::open({incident.endpoint(), "oncall", Secret(""), "shop", "psql",
                                          "-c log_connections=off", 10'000ms}),
                  sandbox::SessionError);
  CHECK(incident.bypasses() == Found{});
}
