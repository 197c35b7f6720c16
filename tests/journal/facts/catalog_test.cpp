#include "tests/catch.hpp"
#include "tests/journal/facts/story.hpp"

namespace ride::journal::facts::test {
namespace {

bool has(const Facts& facts, const std::string& object_class, const std::string& object,
         const std::string& property, const Text& value) {
  for (const auto& row : facts.catalog)
    if (row.object_class == object_class && row.object == object && row.property == property &&
        row.value == value)
      return true;
  return false;
}

}  // namespace

TEST_CASE("snapshots become rows of class, object and property", "[facts][catalog]") {
  Story story;
  story.snapshot("submit", "tenant_b", R"({"relations":[{"schema":"public","name":"orders","oid":7,
    "kind":"r","owner":"app_owner","row_security":false,"columns":[{"attnum":7,"name":"release_id",
    "type":"text","not_null":false,"default":"'unknown'::text"}]}],"indexes":[{"schema":"public",
    "name":"i","table":"orders","definition":"CREATE INDEX …"}]})");
  const auto facts = story.derive();
  CHECK(has(facts, "table", "public.orders", "owner", "app_owner"));
  CHECK(has(facts, "column", "public.orders.release_id", "default", "'unknown'::text"));
  CHECK(has(facts, "column", "public.orders.release_id", "not null", "false"));
  CHECK(has(facts, "index", "public.i", "table", "orders"));
  CHECK(facts.catalog[0].database == "tenant_b");
}

TEST_CASE("a replication slot is a thing of the cluster's", "[facts][catalog]") {
  Story story;
  story.snapshot("start", "", R"({"slots":[{"name":"standby_fra2","type":"physical","plugin":null,
    "database":null}]})");
  const auto facts = story.derive();
  CHECK(has(facts, "slot", "standby_fra2", "type", "physical"));
  CHECK(has(facts, "slot", "standby_fra2", "plugin", {}));
  CHECK_FALSE(facts.catalog[0].database);
}

TEST_CASE("what roles gained between the snapshots is a role change of tier catalog",
          "[facts][catalog]") {
  Story story;
  story.snapshot("start", "",
                 R"({"roles":[{"name":"oncall","superuser":false,"member_of":["app_owner"]}]})");
  story.connect(1, 100);
  story.run(1, "SELECT sneak()", "SELECT 1");
  story.run(1, "GRANT deployer TO oncall", "GRANT ROLE");
  story.snapshot(
      "submit", "",
      R"({"roles":[{"name":"oncall","superuser":true,"member_of":["app_owner","deployer"]}]})");
  const auto facts = story.derive();
  REQUIRE(facts.role_changes.size() == 2);
  CHECK(facts.role_changes[0].tier == "wire");
  CHECK(facts.role_changes[1].tier == "catalog");
  CHECK(facts.role_changes[1].change == "superuser");
  CHECK(facts.role_changes[1].role == "oncall");
  CHECK_FALSE(facts.role_changes[1].statement);
}

TEST_CASE("a catalog that could not be read is no change", "[facts][catalog]") {
  Story story;
  story.snapshot("start", "", R"({"roles":[{"name":"oncall","superuser":true,"member_of":[]}]})");
  story.snapshot("submit", "", R"({"unreadable":"too large"})");
  CHECK(story.derive().role_changes.empty());
}

}  // namespace ride::journal::facts::test
