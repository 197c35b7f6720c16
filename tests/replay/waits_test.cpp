#include "replay/waits.hpp"

#include "journal/reader.hpp"
#include "sql/worker.hpp"
#include "tests/catch.hpp"

using namespace ride;

TEST_CASE("who waited for whom is read as it was derived at submit", "[replay][report]") {
  journal::Reader reader(RIDE_JOURNALS "/2-release-fallout.ride");
  const auto waits = replay::read_waits(reader, 2);
  sql::Analyser analyser;
  const auto derived = journal::facts::derive(reader, 2, analyser).waits;
  REQUIRE(waits.size() == 1);
  REQUIRE(derived.size() == 1);
  CHECK(waits[0].waiter == "app_writer");
  CHECK(waits[0].blocker == "migration_runner");
  CHECK(waits[0].relation == "public.orders");
  CHECK(waits[0].lock == derived[0].lock);
  CHECK(waits[0].seen == derived[0].seen);
  CHECK(waits[0].acquired == derived[0].acquired);
}
