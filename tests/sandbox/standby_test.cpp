// A standby beside the main server: it follows, it lets in whom the main one lets in, and it goes.
#include "sandbox/standby.hpp"

#include <filesystem>

#include "tests/catch.hpp"
#include "tests/sandbox/incident.hpp"
#include "tests/support/eventually.hpp"

using namespace ride;
using namespace std::chrono_literals;
using test::eventually;
using test::replaced;
using test::shop_yaml;

namespace {

// The small incident, with a standby on which it has a probe and an actor.
std::string with_standby() {
  auto yaml = replaced(shop_yaml, "environment:\n",
                       "environment:\n  modes: [local]\n  servers:\n"
                       "    - {name: standby, kind: standby, settings: {work_mem: 5MB}}\n");
  yaml = replaced(yaml, "fault:\n", "fault:\n  - {start: reader}\n");
  return replaced(
      yaml, "actors:\n",
      "actors:\n  - {name: reader, role: shop_user, server: standby, database: shop, loop: "
      "{every_ms: 20, sql: SELECT count(*) FROM public.orders}}\n");
}

sandbox::Session on(test::Incident& incident, const std::string& server, const std::string& role,
                    const std::string& database) {
  sandbox::Login login;
  const std::filesystem::path socket = incident.sandbox().socket_path(server);
  login.endpoint.socket_directory = socket.parent_path().string();
  login.role = role;
  login.database = database;
  return sandbox::Session::open(login);
}

}  // namespace

TEST_CASE("a standby follows the main server, and takes its own settings", "[sandbox][postgres]") {
  test::Incident incident(sandbox::Mode::local, with_standby());
  auto standby = on(incident, "standby", "oncall", "shop");
  CHECK(standby.demand("SELECT pg_is_in_recovery()", "ask").value() == "t");
  CHECK(standby.demand("SHOW work_mem", "ask").value() == "5MB");
  auto main = incident.oncall();
  CHECK(main.demand("SHOW work_mem", "ask").value() == "4MB");
  CHECK(main.demand("SELECT active FROM pg_replication_slots WHERE slot_name = 'standby'", "ask")
            .value() == "t");
  main.demand("CREATE TABLE public.seen_there (n int)", "write");
  CHECK(eventually([&] { return standby.query("SELECT FROM public.seen_there", 5s).ok(); }));
  CHECK(standby.query("CREATE TABLE public.not_here (n int)", 5s).failure->sqlstate == "25006");
}

TEST_CASE("the learner cannot stream, and reads no password of who can", "[sandbox][postgres]") {
  test::Incident incident(sandbox::Mode::local, with_standby());
  auto standby = on(incident, "standby", "oncall", "shop");
  const auto told = standby.demand("SHOW primary_conninfo", "ask").value();
  CHECK(told.find("user=ride_standby") != std::string::npos);
  CHECK(told.find("password") == told.find("password", told.find("passfile=")));
  CHECK(standby.query("SELECT pg_read_file('../standby-password')", 5s).failure->sqlstate ==
        "42501");
  const auto refused = test::error_of([&] { on(incident, "", "ride_standby", "shop"); });
  CHECK(refused.find("no password supplied") != std::string::npos);
  CHECK(test::error_of([&] {
          on(incident, "standby", "postgres", "shop");
        }).find("no password supplied") != std::string::npos);
}

TEST_CASE("what happens on a standby is recorded under its name, and itself is no bypass",
          "[sandbox][postgres]") {
  test::Incident incident(sandbox::Mode::local, with_standby());
  incident.sandbox().record_servers();
  incident.sandbox().inject();
  CHECK(incident.events("server").at(0).at("name").as_string() == "standby");
  bool found = false;
  for (const auto& actor : incident.events("actor"))
    if (actor.at("actor").as_string() == "reader") {
      found = true;
      CHECK(actor.at("server").as_string() == "standby");
    } else {
      CHECK_FALSE(actor.contains("server"));
    }
  CHECK(found);
  // It streams again: the server logs that somebody was let in. The test's own way in is a bypass.
  incident.oncall().demand(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_replication WHERE application_name = "
      "'standby'",
      "end the stream");
  CHECK(eventually([&] {
    return !incident.logged("replication connection authorized: user=ride_standby").empty();
  }));
  CHECK(incident.bypasses().size() == 1);
  on(incident, "standby", "oncall", "shop").demand("SELECT 1", "go around");
  CHECK(eventually([&] { return incident.bypasses().size() == 2; }));
}

TEST_CASE("a standby goes with the sandbox, folder and all", "[sandbox][postgres]") {
  std::filesystem::path folder;
  {
    test::Incident incident(sandbox::Mode::local, with_standby());
    folder = std::filesystem::path(incident.sandbox().socket_path("standby"))
                 .parent_path()
                 .parent_path();
    CHECK(std::filesystem::exists(folder));
    incident.sandbox().stop();
    CHECK_FALSE(std::filesystem::exists(folder));
  }
}
