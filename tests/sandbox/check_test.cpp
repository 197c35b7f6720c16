// What a hostile learner does to whatever ride's checks read: the check fails, nothing else
// happens.
#include "sandbox/check.hpp"

#include "tests/catch.hpp"
#include "tests/sandbox/incident.hpp"

using namespace ride;
using namespace std::chrono_literals;

namespace {

std::string text(const boost::json::object& event, const char* key) {
  const auto* value = event.if_contains(key);
  return value != nullptr ? std::string(value->as_string()) : "";
}

// The state and reason of the only check before the workload, with evidence taken now.
std::string checked(test::Incident& incident) {
  incident.sandbox().submit_evidence();
  const auto events = incident.events("check");
  REQUIRE(events.size() == 2);
  return text(events[0], "state") + ": " + text(events[0], "message");
}

bool is_superuser(test::Incident& incident) {
  auto oncall = incident.oncall("postgres");
  return oncall.demand("SELECT rolsuper FROM pg_roles WHERE rolname = 'oncall'", "ask").value() !=
         "f";
}

}  // namespace

TEST_CASE("a view in the table's place fails its check and is not run", "[sandbox][postgres]") {
  test::Incident incident;
  auto oncall = incident.oncall();
  oncall.demand(
      "CREATE FUNCTION public.boom() RETURNS int LANGUAGE plpgsql AS "
      "$$ BEGIN EXECUTE 'ALTER ROLE oncall SUPERUSER'; RETURN 1; END $$;"
      "ALTER TABLE public.orders RENAME TO real_orders;"
      "CREATE VIEW public.orders AS SELECT r.*, public.boom() FROM public.real_orders r;"
      "GRANT SELECT ON public.orders TO PUBLIC",
      "be hostile");
  CHECK(checked(incident) == "fail: public.orders is no longer a table");
  CHECK_FALSE(is_superuser(incident));
}

TEST_CASE("settings of the database do not reach ride's sessions", "[sandbox][postgres]") {
  test::Incident incident;
  auto oncall = incident.oncall();
  oncall.demand(
      "CREATE FUNCTION public.count(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 99::bigint';"
      "ALTER DATABASE shop SET statement_timeout = 1;"
      "ALTER DATABASE shop SET search_path = public, pg_catalog;"
      "ALTER DATABASE shop SET role = 'oncall';"
      "ALTER DATABASE shop SET row_security = on;"
      "ALTER DATABASE shop SET default_transaction_read_only = off;"
      "ALTER DATABASE shop SET idle_session_timeout = 1;"
      "ALTER DATABASE shop SET DateStyle = 'SQL, DMY'",
      "be hostile");
  CHECK(checked(incident) == "pass: ");
}

TEST_CASE("row level security fails the check instead of hiding rows", "[sandbox][postgres]") {
  test::Incident incident;
  auto oncall = incident.oncall();
  oncall.demand(
      "ALTER TABLE public.orders ENABLE ROW LEVEL SECURITY;"
      "CREATE POLICY p ON public.orders USING (id < 3)",
      "be hostile");
  CHECK(checked(incident).find("unreadable: 42501") == 0);
}

TEST_CASE("a held lock, a closed door and a lost database each fail the check",
          "[sandbox][postgres]") {
  test::Incident incident;
  auto oncall = incident.oncall();
  SECTION("an open transaction keeps its lock") {
    oncall.demand("BEGIN; LOCK TABLE public.orders IN ACCESS EXCLUSIVE MODE", "hold");
    CHECK(checked(incident).find("unreadable: 55P03") == 0);
    const auto workloads = incident.events("workload");
    REQUIRE(workloads.size() == 1);
    CHECK(workloads[0].at("number").to_number<int>() == 0);
    CHECK(text(workloads[0], "sqlstate") == "57014");
  }
  SECTION("no connections are let in") {
    incident.oncall("postgres").demand("ALTER DATABASE shop ALLOW_CONNECTIONS false", "close");
    CHECK(checked(incident).find("is not currently accepting connections") != std::string::npos);
  }
  SECTION("the database is gone") {
    incident.oncall("postgres").demand("DROP DATABASE shop WITH (FORCE)", "drop");
    CHECK(checked(incident).find("database \"shop\" does not exist") != std::string::npos);
    bool recorded = false;
    for (const auto& event : incident.events("snapshot"))
      recorded |= text(event, "database") == "shop" &&
                  text(event, "text").find("unreadable") != std::string::npos;
    CHECK(recorded);
  }
  SECTION("the table is gone") {
    oncall.demand("DROP TABLE public.orders", "drop");
    CHECK(checked(incident) == "fail: public.orders does not exist");
  }
}
