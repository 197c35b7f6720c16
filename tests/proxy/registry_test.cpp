#include "proxy/registry.hpp"

#include "tests/catch.hpp"

using ride::proxy::Registry;

TEST_CASE("a cancel finds its session by pid and key together", "[proxy]") {
  Registry registry;
  const auto one = registry.add();
  const auto two = registry.add();
  registry.set_backend_key(*one, 100, "key1");
  registry.set_backend_key(*two, 200, "key2");
  two->request = 42;
  const auto found = registry.find_cancel_target(200, "key2");
  REQUIRE(found);
  CHECK(found->connection == two->connection);
  CHECK(found->request == 42);
  CHECK_FALSE(registry.find_cancel_target(200, "key1"));
  CHECK_FALSE(registry.find_cancel_target(0, ""));
}

TEST_CASE("connections are numbered from 1 and listed while they last", "[proxy]") {
  Registry registry;
  const auto one = registry.add();
  const auto two = registry.add();
  CHECK(one->connection == 1);
  registry.set_names(*two, "u", "d", "a");
  two->busy = true;
  CHECK(registry.all().size() == 2);
  REQUIRE(registry.busy().size() == 1);
  CHECK(registry.busy()[0].database == "d");
  registry.remove(*two);
  CHECK(registry.all().size() == 1);
}
