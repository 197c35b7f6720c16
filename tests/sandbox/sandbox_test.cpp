// The whole of an attempt's sandbox on a real server: incident, log, actors, evidence.
#include "sandbox/sandbox.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>

#include "tests/catch.hpp"
#include "tests/sandbox/incident.hpp"
#include "tests/support/eventually.hpp"

using namespace ride;
using namespace std::chrono_literals;
using test::eventually;

namespace {

std::string text(const boost::json::object& event, const char* key) {
  const auto* value = event.if_contains(key);
  return value != nullptr ? std::string(value->as_string()) : "";
}

void end_session(sandbox::Session& oncall, const std::string& application) {
  CHECK(
      oncall
          .demand(
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '" +
                  application + "'",
              "end " + application)
          .value() == "t");
}

// The checks of a moment, as "state message".
std::string check_result(test::Incident& incident, const std::string& moment) {
  for (const auto& event : incident.events("check")) {
    if (text(event, "how") == moment) return text(event, "state") + " " + text(event, "message");
  }
  return "none";
}

}  // namespace

TEST_CASE("the incident comes up, is confirmed, and heals when the runner is ended",
          "[sandbox][postgres]") {
  test::Incident incident;
  incident.sandbox().inject();
  incident.sandbox().confirm();
  CHECK(eventually([&] { return incident.reached("writer waiting"); }));
  CHECK(incident.reached("runner idle_in_transaction"));
  CHECK(incident.sandbox().probes().at(0).state == "unhealthy");

  auto oncall = incident.oncall();
  end_session(oncall, "runner");
  CHECK(eventually([&] { return incident.reached("runner ended 57P01"); }));
  CHECK(eventually([&] { return incident.sandbox().probes().at(0).state == "healthy"; }));
  CHECK_FALSE(incident.reached("runner reconnecting"));

  end_session(oncall, "writer");
  CHECK(eventually([&] { return incident.reached("writer reconnecting"); }));
  CHECK(eventually([&] {
    const auto all = incident.states();
    return std::count(all.begin(), all.end(), "writer connected") == 2;
  }));
  std::vector<std::uint64_t> pids;
  for (const auto& event : incident.events("actor")) {
    if (text(event, "state") != "connected" || text(event, "actor") != "writer") continue;
    CHECK(event.at("started_us").to_number<std::uint64_t>() > 1'600'000'000'000'000U);
    CHECK(text(event, "application") == "writer");
    CHECK(text(event, "user") == "shop_user");
    pids.push_back(event.at("pid").to_number<std::uint64_t>());
  }
  REQUIRE(pids.size() == 2);
  CHECK(pids[0] != pids[1]);
  CHECK_FALSE(incident.logged("still waiting for RowExclusiveLock").empty());
  CHECK_FALSE(incident.logged("terminating connection due to administrator command").empty());
}

TEST_CASE("an incident that does not come up fails loudly", "[sandbox][postgres]") {
  test::Incident incident(sandbox::Mode::local,
                          test::replaced(test::shop_yaml, "expect: \"1\"\nprobes",
                                         "expect: \"7\"\n    within_ms: 50\nprobes"));
  incident.sandbox().inject();
  CHECK(test::error_of([&] { incident.sandbox().confirm(); }) ==
        "the incident did not come up: blocked (writer waits) should be \"7\" and is \"1\"");
}

TEST_CASE("an actor whose run fails stops the start with the reason", "[sandbox][postgres]") {
  test::Incident incident(sandbox::Mode::local, test::replaced(test::shop_yaml, "\"BEGIN\", \"LOCK",
                                                               "\"SELECT nothing\", \"LOCK"));
  CHECK(test::error_of([&] {
          incident.sandbox().inject();
        }).find("actor runner: `run` failed: 42703") != std::string::npos);
}

TEST_CASE("a loop with a number ends there, and its session stays", "[sandbox][postgres]") {
  auto yaml = test::replaced(test::shop_yaml, "every_ms: 20", "every_ms: 1\n      times: 3");
  yaml = test::replaced(yaml, "  - {start: runner}\n", "");
  test::Incident incident(sandbox::Mode::local, yaml);
  incident.sandbox().inject();
  CHECK(eventually([&] { return incident.reached("writer idle"); }));
  auto oncall = incident.oncall();
  CHECK(oncall.query("SELECT count(*) FROM public.orders WHERE note = 'x'", 5s).value() == "3");
  CHECK(oncall.query("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'writer'", 5s)
            .value() == "1");
}

TEST_CASE("a step of the fault may have to fail, and then with that error alone",
          "[sandbox][postgres]") {
  const auto with = [](const std::string& step) {
    test::Incident incident(sandbox::Mode::local,
                            test::replaced(test::shop_yaml, "  - {start: runner}\n",
                                           "  - {database: shop, " + step + "}\n"));
    return test::error_of([&] { incident.sandbox().inject(); });
  };
  CHECK(with("sql: SELECT 1/0, fails: \"22012\"") == "");
  CHECK(with("sql: SELECT 1, fails: \"22012\"") ==
        "fault in shop: should fail with 22012, and ended with 00000");
  CHECK(with("sql: SELECT nothing, fails: \"22012\"").find("and ended with 42703") !=
        std::string::npos);
}

TEST_CASE("DDL that no text names is in the log, and the client sees nothing of it",
          "[sandbox][postgres]") {
  test::Incident incident;
  const auto endpoint = incident.endpoint();
  const auto settings = "host=" + endpoint.socket_directory + " user=oncall dbname=shop";
  const std::unique_ptr<PGconn, void (*)(PGconn*)> client(PQconnectdb(settings.c_str()), PQfinish);
  REQUIRE(PQstatus(client.get()) == CONNECTION_OK);
  std::vector<std::string> notices;
  PQsetNoticeProcessor(
      client.get(),
      [](void* into, const char* message) {
        static_cast<std::vector<std::string>*>(into)->emplace_back(message);
      },
      &notices);
  const auto run = [&](const char* sql) {
    const std::unique_ptr<PGresult, void (*)(PGresult*)> result(PQexec(client.get(), sql), PQclear);
    const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    return std::string(state != nullptr ? state : "");
  };
  CHECK(run("SET client_min_messages = debug5") == "");
  notices.clear();
  CHECK(run("SET client_min_messages = log") == "");
  notices.clear();
  CHECK(run("DO $$ BEGIN EXECUTE 'ALTER TABLE public.orders DROP '||'COLUMN note'; END $$") == "");
  CHECK(run("BEGIN; ALTER TABLE public.orders ADD COLUMN gone int; ROLLBACK") == "");
  CHECK(run("CREATE TEMP TABLE mine (a int); ALTER TABLE mine ADD b text; DROP TABLE mine") == "");
  CHECK(run("CREATE INDEX CONCURRENTLY later ON public.orders (id)") == "");
  CHECK(run("DROP INDEX CONCURRENTLY public.later") == "");
  CHECK(run("CREATE VIEW public.v AS SELECT 1 AS a; GRANT SELECT ON public.v TO PUBLIC") == "");
  CHECK(run("CREATE SCHEMA s CREATE TABLE t (id int); DROP SCHEMA s CASCADE") == "");
  for (const auto& notice : notices) CHECK(notice.find("ride") == std::string::npos);

  CHECK(run("ALTER EVENT TRIGGER ride_sql_drop DISABLE") == "42501");
  CHECK(run("DROP EVENT TRIGGER ride_sql_drop") == "42501");
  CHECK(run("DROP FUNCTION pg_catalog.ride_sql_drop()") == "42501");
  CHECK(run("SET log_min_messages = panic") == "42501");
  CHECK(run("SET session_replication_role = replica") == "42501");

  const auto dropped = incident.logged("ride: ddl");
  const auto holds = [&](const std::vector<std::string>& parts) {
    return std::any_of(dropped.begin(), dropped.end(), [&](const std::string& line) {
      return std::all_of(parts.begin(), parts.end(), [&](const std::string& part) {
        return line.find(part) != std::string::npos;
      });
    });
  };
  CHECK(holds({"\"sql_drop\"", "\"object\": \"public.orders\"", "\"column\": \"note\"",
               "\"type\": \"table column\""}));
  CHECK(holds({"\"ddl_command_end\"", "\"object\": \"public.orders\"", "\"name\": \"gone\"",
               "\"not_null\": false"}));
  CHECK(holds({"CREATE INDEX", "public.later"}));
  CHECK(holds({"DROP INDEX", "public.later"}));
  CHECK(holds({"\"object\": \"pg_temp.mine\""}));
  CHECK(holds({"GRANT"}));
  CHECK(holds({"\"sql_drop\"", "s.t"}));
  CHECK_FALSE(holds({"unreadable"}));
}

TEST_CASE("the learner's objects are not called by ride's event triggers", "[sandbox][postgres]") {
  test::Incident incident;
  auto oncall = incident.oncall();
  oncall.demand(
      "CREATE FUNCTION public.jsonb_strip_nulls(jsonb) RETURNS jsonb LANGUAGE plpgsql AS "
      "$$ BEGIN EXECUTE 'ALTER ROLE oncall SUPERUSER'; RETURN $1; END $$",
      "make a trap");
  oncall.demand("SET search_path = public, pg_catalog", "lay it");
  oncall.demand("ALTER TABLE public.orders ADD COLUMN x int", "spring it");
  CHECK(oncall.demand("SELECT rolsuper FROM pg_roles WHERE rolname = 'oncall'", "ask").value() ==
        "f");
  CHECK(oncall.query("ALTER DATABASE shop SET search_path = public", 5s).ok());
}

TEST_CASE("secrets do not reach the record by way of the server's log", "[sandbox][postgres]") {
  test::Incident incident;
  auto oncall = incident.oncall();
  CHECK_FALSE(oncall.query("ALTER ROLE nobody_here PASSWORD 'geheim-4711'", 5s).ok());
  CHECK_FALSE(oncall.query("ALTER ROLE oncall PASSWORD 'geheim-4711' bogus", 5s).ok());
  incident.sandbox().fence();
  for (const auto& event : incident.events("log_line"))
    CHECK(text(event, "text").find("geheim-4711") == std::string::npos);
  for (const auto& line : incident.sandbox().recent_log(100))
    CHECK(line.find("geheim-4711") == std::string::npos);
}

TEST_CASE("everything logged before a fence is above it in the record", "[sandbox][postgres]") {
  test::Incident incident;
  auto oncall = incident.oncall();
  for (int round = 0; round < 20; ++round) {
    const auto mark = "mark_" + std::to_string(round);
    CHECK_FALSE(oncall.query("SELECT " + mark, 5s).ok());
    incident.sandbox().fence();
    CHECK(incident.events("log_line").back().at("text").as_string().find(mark) !=
          std::string::npos);
  }
  // The learner cannot forge one, and ride's own lines are nobody's evidence.
  oncall.query("DO $$ BEGIN RAISE LOG 'ride: fence 0000'; END $$", 5s);
  incident.sandbox().fence();
  CHECK(incident.events("fence").size() == 22);
  for (const auto& event : incident.events("log_line")) {
    const auto line = boost::json::parse(text(event, "text")).as_object();
    CHECK(line.if_contains("user") != nullptr);
    // But that they were let in is, as of everybody.
    if (text(line, "user") == "postgres")
      CHECK(text(line, "message").starts_with("connection authorized: "));
  }
}

TEST_CASE("submit's evidence: snapshot, checks before and after, workload, between fences",
          "[sandbox][postgres]") {
  test::Incident incident;
  incident.sandbox().record_start();
  incident.sandbox().submit_evidence();
  CHECK(check_result(incident, "before") == "pass ");
  CHECK(check_result(incident, "after") == "pass ");
  const auto workloads = incident.events("workload");
  REQUIRE(workloads.size() == 1);
  CHECK(workloads[0].at("number").to_number<int>() == 3);

  std::vector<std::string> seen;
  for (const auto& event : incident.events("snapshot")) {
    seen.push_back(text(event, "name") + " " + text(event, "database"));
    const auto json = boost::json::parse(text(event, "text")).as_object();
    CHECK_FALSE(json.contains("unreadable"));
    if (text(event, "database") != "shop") continue;
    const auto& orders = json.at("relations").as_array().at(0).as_object();
    CHECK(orders.at("name").as_string() == "orders");
    CHECK(orders.at("columns").as_array().at(1).as_object().at("name").as_string() == "note");
    CHECK(json.at("indexes").as_array().size() == 1);
    CHECK(json.at("system_relations").as_array().size() > 100);
  }
  CHECK(seen == std::vector<std::string>{"start ", "start postgres", "start shop",
                                         "start template1", "submit ", "submit postgres",
                                         "submit shop", "submit template1"});
}
