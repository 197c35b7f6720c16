#include "sql/roles.hpp"

#include "tests/catch.hpp"
#include "tests/sql/show.hpp"

namespace ride::sql {
namespace {

TEST_CASE("attributes of roles", "[sql][roles]") {
  CHECK(roles("alter role bob superuser nologin createdb password 'x'") ==
        "bob: superuser; bob: nologin; bob: createdb; bob: password");
  CHECK(roles("alter role bob nosuperuser") == "bob: nosuperuser");
  CHECK(roles("create role bob with createrole bypassrls") ==
        "bob: create; bob: createrole; bob: bypassrls");
  CHECK(roles("create user bob") == "bob: create; bob: login");
  CHECK(roles("alter role current_user replication") == "current_user: replication");
  CHECK(roles("drop role a, b") == "a: drop; b: drop");
  CHECK(roles("alter role bob rename to eve") == "bob: rename");
  CHECK_FALSE(analyse("alter role bob nosuperuser").role_changes.at(0).grant);
}

TEST_CASE("memberships, whichever statement gives them", "[sql][roles]") {
  CHECK(roles("grant app_owner, dba to bob, eve") ==
        "bob: grant app_owner; eve: grant app_owner; bob: grant dba; eve: grant dba");
  CHECK(roles("grant app_owner to bob with admin option") == "bob: grant app_owner with option");
  CHECK(roles("revoke app_owner from bob") == "bob: revoke app_owner");
  CHECK(roles("create role bob in role dba role eve") ==
        "bob: create; bob: grant dba; eve: grant bob");
  CHECK(roles("alter group dba add user bob") == "bob: grant dba");
  CHECK(roles("alter group dba drop user bob") == "bob: revoke dba");
}

TEST_CASE("privileges on objects", "[sql][roles]") {
  CHECK(roles("grant select, update (a, b) on orders, s.t to public, bob with grant option") ==
        "public: grant select, update (a, b) on public.orders with option; bob: grant select, "
        "update (a, b) on public.orders with option; public: grant select, update (a, b) on s.t "
        "with option; bob: grant select, update (a, b) on s.t with option");
  CHECK(roles("grant all on orders to bob") == "bob: grant all on public.orders");
  CHECK(roles("grant all on all tables in schema public to bob") ==
        "bob: grant all on all tables in schema public");
  CHECK(roles("grant usage on schema s to bob") == "bob: grant usage on schema s");
  CHECK(roles("grant connect on database d to bob") == "bob: grant connect on database d");
  CHECK(roles("grant execute on function f(int) to bob") ==
        "bob: grant execute on function public.f");
  CHECK(roles("revoke all on orders from public") == "public: revoke all on public.orders");
  CHECK(roles("alter default privileges for role a in schema s grant select on tables to bob") ==
        "bob: default grant select on tables");
  const auto change = analyse("grant insert on s.t to bob").role_changes.at(0);
  CHECK((change.object == "s.t" && change.privileges == std::vector<std::string>{"insert"}));
}

TEST_CASE("owners of many objects", "[sql][roles]") {
  CHECK(roles("reassign owned by a to bob") == "bob: owner");
  CHECK(roles("drop owned by a") == "a: drop owned");
}

TEST_CASE("SET ROLE is no change of a role", "[sql][roles]") {
  CHECK(roles("set role bob").empty());
  CHECK(roles("set session authorization bob").empty());
}

}  // namespace
}  // namespace ride::sql
