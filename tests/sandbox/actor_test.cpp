// Actors on a real server: several sessions, operations of several statements, retries, and what
// becomes of them when they are ended or refused.
#include "sandbox/actor.hpp"

#include <algorithm>
#include <set>

#include "tests/catch.hpp"
#include "tests/sandbox/incident.hpp"
#include "tests/support/eventually.hpp"

using namespace ride;
using namespace std::chrono_literals;
using test::eventually;
using test::replaced;

namespace {

std::string text(const boost::json::object& event, const char* key) {
  const auto* value = event.if_contains(key);
  return value != nullptr ? std::string(value->as_string()) : "";
}

// The shop without its runner, and with a writer of this description.
std::string shop_with_writer(const std::string& writer) {
  std::string yaml = replaced(test::shop_yaml, "  - {start: runner}\n", "");
  const auto from = yaml.find("    on_killed: reconnect\n    loop:");
  const auto to = yaml.find("fault:");
  return yaml.replace(from, to - from, writer);
}

const std::string update_workload =
    "    workload: {operations: 3, within_ms: 5000, sql: UPDATE public.orders SET note = 'y'}\n";

std::string count_of(sandbox::Session& oncall, const std::string& where) {
  return oncall.query("SELECT count(*) FROM " + where, 10s).value();
}

std::string sessions_of(sandbox::Session& oncall, const std::string& application) {
  return count_of(oncall, "pg_stat_activity WHERE application_name = '" + application + "'");
}

void end_all(sandbox::Session& oncall, const std::string& application) {
  oncall.demand(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '" +
          application + "'",
      "end " + application);
}

}  // namespace

TEST_CASE("an actor's sessions are told apart, and each comes back when it is ended",
          "[sandbox][postgres][actor]") {
  test::Incident incident(
      sandbox::Mode::local,
      shop_with_writer("    on_killed: reconnect\n    sessions: 5\n" + update_workload));
  incident.sandbox().inject();
  auto oncall = incident.oncall();
  CHECK(sessions_of(oncall, "writer") == "5");
  end_all(oncall, "writer");
  const auto pids = [&](const std::string& state) {
    std::set<std::uint64_t> out;
    for (const auto& event : incident.events("actor"))
      if (text(event, "actor") == "writer" && text(event, "state") == state)
        out.insert(event.at("pid").to_number<std::uint64_t>());
    return out;
  };
  CHECK(eventually([&] { return pids("connected").size() == 10; }));
  const auto ended = pids("ended");
  CHECK(ended.size() == 5);
  const auto connected = pids("connected");
  CHECK(std::includes(connected.begin(), connected.end(), ended.begin(), ended.end()));
  CHECK(eventually([&] { return sessions_of(oncall, "writer") == "5"; }));
  CHECK(incident.bypasses() == std::vector<std::string>{"oncall@shop test"});  // the test itself
}

TEST_CASE("who finds no room is refused, goes on trying, and gets in when there is room",
          "[sandbox][postgres][actor]") {
  auto yaml = shop_with_writer(
      "    on_killed: reconnect\n    sessions: 5\n    reconnect: {first_ms: 5, max_ms: 20}\n" +
      update_workload);
  yaml = replaced(yaml, "{name: shop_user, login: true}",
                  "{name: shop_user, login: true, connection_limit: 3}");
  test::Incident incident(sandbox::Mode::local, yaml);
  incident.sandbox().inject();
  auto oncall = incident.oncall();
  const auto refused = [&] {
    return incident.logged("too many connections for role \"shop_user\"").size();
  };
  CHECK(eventually([&] { return refused() > 10; }));  // they do not give up
  CHECK(sessions_of(oncall, "writer") == "3");
  const auto board = incident.sandbox().dashboard();
  CHECK(board.sessions == 3);
  CHECK(board.sessions_wanted == 5);
  CHECK(board.errors.at("53300") > 10);
  CHECK(board.slots.max == 55);
  CHECK(board.slots.used >= 4);
  end_all(oncall, "writer");  // shedding is no cure
  CHECK(eventually([&] { return sessions_of(oncall, "writer") == "3"; }));
  CHECK(incident.bypasses() == std::vector<std::string>{"oncall@shop test"});  // the test itself
}

TEST_CASE("a refusal without an end fails the workload with its SQLSTATE",
          "[sandbox][postgres][actor]") {
  auto yaml = shop_with_writer(
      "    on_killed: reconnect\n    sessions: 3\n    workload: {operations: 3, sessions: 2, "
      "within_ms: 300, sql: UPDATE public.orders SET note = 'y'}\n");
  yaml = replaced(yaml, "{name: shop_user, login: true}",
                  "{name: shop_user, login: true, connection_limit: 4}");
  test::Incident incident(sandbox::Mode::local, yaml);
  incident.sandbox().inject();
  incident.sandbox().submit_evidence();
  const auto workloads = incident.events("workload");
  REQUIRE(workloads.size() == 1);
  CHECK(text(workloads[0], "sqlstate") == "53300");
  CHECK(workloads[0].at("number").to_number<int>() == 0);
}

TEST_CASE("an operation of several statements is one transaction, or fails as one",
          "[sandbox][postgres][actor]") {
  test::Incident incident(
      sandbox::Mode::local,
      shop_with_writer(
          "    loop:\n      every_ms: 1\n      times: 6\n      values: {from: 1, to: 6}\n"
          "      transaction:\n"
          "        - UPDATE public.orders SET note = 'x' WHERE id = $1\n"
          "        - UPDATE public.orders SET note = txid_current()::text WHERE id = $1 "
          "AND 1 / ($1 - 3) IS NOT NULL\n" +
          update_workload));
  incident.sandbox().inject();
  CHECK(eventually([&] { return incident.reached("writer idle"); }));
  CHECK(incident.reached("writer failed 22012"));
  auto oncall = incident.oncall();
  CHECK(oncall
            .query("SELECT string_agg(id::text, ',' ORDER BY id) FROM public.orders "
                   "WHERE note = xmin::text",
                   10s)
            .value() == "1,2,4,5,6");
  CHECK(count_of(oncall, "public.orders WHERE note = 'x'") == "0");
}

TEST_CASE("an operation is tried again with the errors that are named, until it succeeds",
          "[sandbox][postgres][actor]") {
  auto yaml = shop_with_writer(
      "    run: [\"SET lock_timeout = '20ms'\"]\n"
      "    loop:\n      every_ms: 1\n      times: 1\n      sql: UPDATE public.orders SET note = "
      "'x'\n"
      "      retry: {errors: [55P03], first_ms: 5, max_ms: 20}\n" +
      update_workload);
  yaml = replaced(yaml, "  - {start: writer}\n", "  - {start: runner}\n  - {start: writer}\n");
  test::Incident incident(sandbox::Mode::local, yaml);
  incident.sandbox().inject();
  auto oncall = incident.oncall();
  CHECK(eventually(
      [&] { return incident.logged("canceling statement due to lock timeout").size() >= 3; }));
  CHECK_FALSE(incident.reached("writer idle"));
  end_all(oncall, "runner");
  CHECK(eventually([&] { return incident.reached("writer idle"); }));
  CHECK(count_of(oncall, "public.orders WHERE note = 'x'") == "10");
}

TEST_CASE("for each row that came back, a statement of its own", "[sandbox][postgres][actor]") {
  test::Incident incident(
      sandbox::Mode::local,
      shop_with_writer("    loop:\n      every_ms: 1\n      times: 1\n"
                       "      sql: SELECT id FROM public.orders WHERE id > 6\n"
                       "      per_row: UPDATE public.orders SET note = 'x' WHERE id = $1\n" +
                       update_workload));
  incident.sandbox().inject();
  CHECK(eventually([&] { return incident.reached("writer idle"); }));
  auto oncall = incident.oncall();
  CHECK(oncall
            .query("SELECT string_agg(id::text, ',' ORDER BY id) FROM public.orders "
                   "WHERE note = 'x'",
                   10s)
            .value() == "7,8,9,10");
}

TEST_CASE("a rate is kept over all sessions together", "[sandbox][postgres][actor]") {
  test::Incident incident(
      sandbox::Mode::local,
      shop_with_writer(
          "    sessions: 3\n    loop:\n      per_second: 200\n      times: 30\n"
          "      sql: INSERT INTO public.orders SELECT max(id) + 1 FROM public.orders\n"
          "      retry: {errors: [\"23505\"], first_ms: 1, max_ms: 10}\n" +
          update_workload));
  incident.sandbox().inject();
  auto oncall = incident.oncall();
  CHECK(eventually([&] { return count_of(oncall, "public.orders") == "40"; }));
}

TEST_CASE("a workload is several statements, in a transaction, on several connections",
          "[sandbox][postgres][actor]") {
  test::Incident incident(
      sandbox::Mode::local,
      shop_with_writer(
          "    workload:\n      operations: 4\n      within_ms: 10000\n      sessions: 2\n"
          "      values: {from: 1, to: 4}\n      transaction:\n"
          "        - UPDATE public.orders SET note = pg_backend_pid()::text WHERE id = $1\n"
          "        - SELECT id FROM public.orders WHERE id = $1 + 4\n"
          "      per_row: UPDATE public.orders SET note = 'row' WHERE id = $1\n"));
  incident.sandbox().inject();
  incident.sandbox().submit_evidence();
  const auto workloads = incident.events("workload");
  REQUIRE(workloads.size() == 1);
  CHECK(text(workloads[0], "sqlstate") == "");
  CHECK(workloads[0].at("number").to_number<int>() == 4);
  auto oncall = incident.oncall();
  CHECK(count_of(oncall, "(SELECT DISTINCT note FROM public.orders WHERE id <= 4) n") == "2");
  CHECK(count_of(oncall, "public.orders WHERE note = 'row'") == "4");
}

TEST_CASE("actors are stopped while they wait for a lock, for room, or for the next try",
          "[sandbox][postgres][actor]") {
  auto yaml = shop_with_writer(
      "    on_killed: reconnect\n    sessions: 4\n    reconnect: {first_ms: 60000, max_ms: 60000}\n"
      "    loop: {every_ms: 1, sql: UPDATE public.orders SET note = 'x'}\n" +
      update_workload);
  yaml = replaced(yaml, "  - {start: writer}\n", "  - {start: runner}\n  - {start: writer}\n");
  yaml = replaced(yaml, "{name: shop_user, login: true}",
                  "{name: shop_user, login: true, connection_limit: 2}");
  test::Incident incident(sandbox::Mode::local, yaml);
  incident.sandbox().inject();
  CHECK(eventually([&] { return incident.sandbox().dashboard().blocked == 2; }));
  CHECK(incident.sandbox().dashboard().p95_us.value_or(0) > 0);
  incident.sandbox().stop();
  CHECK(incident.reached("writer stopped"));
}
