#include "sandbox/transaction_ids.hpp"

#include <filesystem>

#include "sandbox/cluster.hpp"
#include "tests/catch.hpp"
#include "tests/sandbox/incident.hpp"
#include "tests/support/eventually.hpp"

using namespace ride;
using namespace std::chrono_literals;

TEST_CASE("the next id leaves what was asked for before the server's limit", "[sandbox]") {
  // 2^31 - 1 ahead of the oldest, less three million.
  CHECK(sandbox::next_transaction_id(716, 100) == 2'144'484'263U);
  CHECK(sandbox::next_transaction_id(3'000'000'000U, 100) == 849'516'251U);  // round the end
}

TEST_CASE("a number of pg_controldata is the one behind its key", "[sandbox]") {
  const std::string said =
      "Latest checkpoint's NextXID:          0:731\n"
      "Latest checkpoint's oldestXID:        716\n"
      "Latest checkpoint's oldestXID's DB:   1\n";
  CHECK(sandbox::number_in_control_data(said, "Latest checkpoint's oldestXID:") == 716U);
  CHECK_FALSE(sandbox::number_in_control_data(said, "Latest checkpoint's oldestMultiXid:"));
  CHECK_FALSE(sandbox::number_in_control_data("key:", "key:"));
}

TEST_CASE("a cluster whose ids are used up refuses to write until it is vacuumed",
          "[sandbox][postgres]") {
  const test::TemporaryDirectory cache;
  const test::ScenarioFolder folder;
  auto scenario = sandbox::load_scenario(folder.path());
  scenario.environment.docker = false;
  scenario.environment.transaction_ids_left = 50;
  scenario.environment.settings["autovacuum_naptime"] = "1s";
  scenario.environment.settings["wal_level"] = "logical";
  scenario.environment.roles.push_back({.name = "feeder", .replication = true, .member_of = {}});
  sandbox::DatabaseSpec feeds{"feeds_db", "feeder", {}};
  feeds.seed.push_back({"slot.sql",
                        "SELECT pg_catalog.pg_create_logical_replication_slot('feed', "
                        "'pgoutput')"});
  scenario.environment.databases.push_back(feeds);
  auto cluster = sandbox::Cluster::boot(
      sandbox::choose_server(sandbox::Mode::local, {}, true, false), scenario, cache.path(), {});
  auto session = sandbox::Session::open(cluster.login("postgres", "feeds_db"));
  const auto used = session.query(
      "DO $$ BEGIN FOR i IN 1..200 LOOP CREATE TEMP TABLE t (i int); DROP TABLE t; COMMIT; "
      "END LOOP; END $$",
      30s);
  REQUIRE(used.failure);
  CHECK(used.failure->sqlstate == "54000");
  CHECK(used.failure->message.find("to avoid wraparound data loss") != std::string::npos);
  CHECK(session.query("CREATE TABLE public.t (i int)", 10s).failure->sqlstate == "54000");
  // Nothing but the slot, which is as old as the seed, was in vacuum's way.
  session.demand("SELECT pg_catalog.pg_drop_replication_slot('feed')", "drop the slot");
  CHECK(test::eventually([&] { return session.query("CREATE TABLE public.t (i int)", 10s).ok(); },
                         60s));
}
