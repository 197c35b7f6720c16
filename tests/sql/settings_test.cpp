#include "tests/catch.hpp"
#include "tests/sql/show.hpp"

namespace ride::sql {
namespace {

TEST_CASE("SET and RESET in each scope", "[sql][settings]") {
  CHECK(settings("set statement_timeout = '5s'") == "session statement_timeout=5s");
  CHECK(settings("set local Lock_Timeout to 100") == "local lock_timeout=100");
  CHECK(settings("set search_path to a, public") == "session search_path=a, public");
  CHECK(settings("set work_mem to default") == "session work_mem=(reset)");
  CHECK(settings("set time zone 'UTC'") == "session timezone=UTC");
  CHECK(settings("reset work_mem") == "session work_mem=(reset)");
  CHECK(settings("reset all") == "session all=(reset)");
  CHECK(settings("alter system set work_mem = '4MB'") == "system work_mem=4MB");
  CHECK(settings("alter system reset all") == "system all=(reset)");
  CHECK(settings("alter database d set a.b = on") == "database d a.b=on");
  CHECK(settings("alter role bob in database d set x to 1") == "role dbob x=1");
  CHECK(settings("alter role all reset x") == "role all x=(reset)");
  CHECK(settings("show work_mem").empty());
}

TEST_CASE("SET ROLE and SET SESSION AUTHORIZATION are settings", "[sql][settings]") {
  CHECK(settings("set role bob") == "session role=bob");
  CHECK(settings("reset role") == "session role=(reset)");
  CHECK(settings("set local session authorization eve") == "local session_authorization=eve");
}

TEST_CASE("transaction modes", "[sql][settings]") {
  CHECK(settings("set transaction isolation level serializable, read only") ==
        "local transaction_isolation=serializable; local transaction_read_only=on");
  CHECK(settings("set session characteristics as transaction read write") ==
        "session default_transaction_read_only=off");
}

TEST_CASE("set_config with constants sets", "[sql][settings]") {
  CHECK(settings("select set_config('Work_Mem', '1MB', true)") == "local work_mem=1MB");
  CHECK(settings("select pg_catalog.set_config('x', $1, false)") == "session x=(reset)");
  CHECK(settings("select set_config(a, 'b', false) from t").empty());
}

}  // namespace
}  // namespace ride::sql
