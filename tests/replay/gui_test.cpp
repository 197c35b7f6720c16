#include "replay/gui.hpp"

#include "sql/worker.hpp"
#include "tests/catch.hpp"

using namespace ride::replay;

TEST_CASE("graphical clients are known by how their names begin", "[replay][gui]") {
  for (const auto* const name :
       {"pgAdmin 4 - DB:app", "DBeaver 24.1.0 - Metadata", "DataGrip 2024"})
    CHECK(is_gui(name));
  for (const auto* const name : {"", "psql", "app_writer", "my DBeaver"}) CHECK_FALSE(is_gui(name));
}

TEST_CASE("reading catalogs alone is told from looking at activity, and from acting",
          "[replay][gui]") {
  ride::sql::Analyser analyser;
  const auto only = [&](const char* text) { return reads_catalogs_only(analyser.analyse(text)); };
  for (const auto* const text :
       {"SELECT oid FROM pg_class", "SELECT d.datname FROM pg_catalog.pg_database d",
        "SELECT * FROM information_schema.columns c JOIN pg_type t ON true"}) {
    INFO(text);
    CHECK(only(text));
  }
  for (const auto* const text :
       {"SELECT 1", "SELECT * FROM orders", "SELECT * FROM pg_class, orders",
        "SELECT * FROM app.pg_class", "SELECT * FROM pg_stat_activity", "SELECT * FROM pg_locks",
        "SELECT pg_terminate_backend(1) FROM pg_class", "SELECT * INTO t FROM pg_class",
        "DELETE FROM pg_class", "DO $$BEGIN PERFORM 1 FROM pg_class; END$$",
        "SELECT FROM pg_class WHERE"}) {
    INFO(text);
    CHECK_FALSE(only(text));
  }
}
