#include "journal/database.hpp"

#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;

TEST_CASE("values come out of a statement as they were bound", "[journal][database]") {
  const TemporaryFolder folder;
  const auto database = Database::create(folder / "a.ride");
  auto statement = database.prepare("SELECT ?, ?, ?, ?, typeof(?2), typeof(?3)");
  statement.bind(1, -5).bind_text(2, "").bind_blob(3, ride::Bytes("\0x", 2)).bind_null(4);
  REQUIRE(statement.step());
  CHECK(statement.integer(0) == -5);
  CHECK(statement.bytes(1).empty());
  CHECK(statement.bytes(2) == ride::Bytes("\0x", 2));
  CHECK(statement.is_null(3));
  CHECK(statement.bytes(4) == "text");
  CHECK(statement.bytes(5) == "blob");
  CHECK_FALSE(statement.step());
}

TEST_CASE("a transaction that is not committed leaves nothing", "[journal][database]") {
  const TemporaryFolder folder;
  const auto database = Database::create(folder / "a.ride");
  {
    const Transaction transaction(database);
    set_meta(database, "k", "v");
  }
  CHECK(get_meta(database, "k").empty());
  {
    Transaction transaction(database);
    apply_schema(database, "CREATE TABLE fact_x(n)");  // within the one that is open
    set_meta(database, "k", "v");
    transaction.commit();
  }
  CHECK(get_meta(database, "k") == "v");
  CHECK(database.integer("SELECT count(*) FROM fact_x") == 0);
}

TEST_CASE("a failure names the file, what was being done and SQLite's reason",
          "[journal][database]") {
  const TemporaryFolder folder;
  const auto name = (folder / "a.ride").string();
  const auto database = Database::create(name);
  CHECK(error_of([&] { database.run("DELETE FROM missing"); }) ==
        name + ": cannot run DELETE: no such table: missing");
  CHECK(error_of([&] { database.prepare("SELEC 1"); }) ==
        name + ": cannot prepare SELEC: near \"SELEC\": syntax error");
  auto twice = database.prepare("INSERT INTO kinds VALUES (1, 'again')");
  CHECK(error_of([&] { twice.run(); }) ==
        name + ": cannot run INSERT: UNIQUE constraint failed: kinds.kind");
  CHECK(contains(error_of([&] { Database::create(name); }), name + ": cannot create"));
}

TEST_CASE("another connection's lock is told apart from other failures", "[journal][database]") {
  const TemporaryFolder folder;
  const auto first = Database::create(folder / "a.ride");
  const auto second = Database::open_for_writing(folder / "a.ride");
  second.run("PRAGMA busy_timeout = 1");
  const Transaction transaction(first);
  CHECK_THROWS_AS(Transaction(second), BusyError);
}
