#include "sql/ddl.hpp"

#include "tests/catch.hpp"
#include "tests/sql/show.hpp"

namespace ride::sql {
namespace {

TEST_CASE("objects that are created have their names", "[sql][ddl]") {
  CHECK(ddl("create table if not exists s.t (a int)") == "create table s.t");
  CHECK(ddl("create table t as select 1") == "create table public.t");
  CHECK(ddl("select 1 into t") == "create table public.t");
  CHECK(ddl("create index concurrently i on s.orders (a)") == "create index s.i on s.orders");
  CHECK(ddl("create or replace view v as select 1") == "create view public.v");
  CHECK(ddl("create materialized view v as select 1") == "create materialized view public.v");
  CHECK(ddl("create function s.f() returns int language sql as ''") == "create function s.f");
  CHECK(ddl("create procedure p() language sql as ''") == "create procedure public.p");
  CHECK(ddl("create trigger g before insert on orders execute function f()") ==
        "create trigger public.g on public.orders");
  CHECK(ddl("create policy p on orders using (true)") == "create policy public.p on public.orders");
  CHECK(ddl("create rule r as on insert to orders do nothing") ==
        "create rule public.r on public.orders");
  CHECK(ddl("create type t as enum ('a')") == "create type public.t");
  CHECK(ddl("create aggregate a (int) (sfunc = f, stype = int)") == "create aggregate public.a");
  CHECK(analyse("create database d").ddl.at(0).object_type == "database");
  CHECK(analyse("create schema s").ddl.at(0).object.name == "s");
  CHECK(analyse("create extension if not exists pg_trgm").ddl.at(0).if_exists);
  CHECK(analyse("create index concurrently on t (a)").ddl.at(0).concurrently);
  CHECK(analyse("create foreign table f (a int) server s").ddl.at(0).object.name == "f");
}

TEST_CASE("each object of a DROP is one item", "[sql][ddl]") {
  CHECK(ddl("drop table if exists a.b, c cascade") == "drop table a.b; drop table public.c");
  CHECK(analyse("drop table if exists a cascade").ddl.at(0).cascade);
  CHECK(analyse("drop table if exists a cascade").ddl.at(0).if_exists);
  CHECK(ddl("drop index concurrently i") == "drop index public.i");
  CHECK(ddl("drop trigger g on s.orders") == "drop trigger s.g on s.orders");
  CHECK(ddl("drop function f(int)") == "drop function public.f");
  CHECK(ddl("drop materialized view v") == "drop materialized view public.v");
  CHECK(analyse("drop schema s").ddl.at(0).object.name == "s");
  const auto forced = analyse("drop database d with (force)").ddl.at(0);
  CHECK((forced.action == "drop database" && forced.object.name == "d" && forced.force));
  CHECK_FALSE(analyse("drop database d").ddl.at(0).force);
}

TEST_CASE("renames, owners, schemas and databases", "[sql][ddl]") {
  const auto column = analyse("alter table t rename column a to b").ddl.at(0);
  CHECK((column.action == "rename column" && column.column == "a" && column.extra == "b"));
  const auto table = analyse("alter table t rename to u").ddl.at(0);
  CHECK((table.action == "rename table" && table.column.empty() && table.extra == "u"));
  CHECK(analyse("alter database d rename to e").ddl.at(0).object.name == "d");
  CHECK(ddl("alter table t set schema s") == "set schema public.t");
  const auto owner = analyse("alter function f() owner to bob");
  CHECK(show(owner.ddl) == "owner to public.f");
  CHECK(show(owner.role_changes) == "bob: owner");
  CHECK(analyse("alter schema s owner to bob").role_changes.at(0).object == "schema s");
  const auto closed = analyse("alter database d allow_connections false").ddl.at(0);
  CHECK((closed.action == "alter database" && closed.extra == "allow_connections=false"));
}

TEST_CASE("TRUNCATE is a change of schema and of rows", "[sql][ddl]") {
  CHECK(ddl("truncate a, only s.b") == "truncate public.a; truncate s.b");
  CHECK(writes("truncate a") == "truncate public.a");
}

TEST_CASE("what keeps everybody out of a table is known", "[sql][ddl]") {
  CHECK(exclusive("drop table a, s.b") == "public.a; s.b");
  CHECK(exclusive("truncate a") == "public.a");
  CHECK(exclusive("lock a") == "public.a");
  CHECK(exclusive("lock table a in share mode").empty());
  CHECK(exclusive("vacuum full a") == "public.a");
  CHECK(exclusive("vacuum (analyze, full off) a").empty());
  CHECK(exclusive("cluster a using i") == "public.a");
  CHECK(exclusive("reindex table a") == "public.a");
  CHECK(exclusive("reindex (concurrently) table a").empty());
  CHECK(exclusive("reindex database d").empty());
  CHECK(exclusive("refresh materialized view v") == "public.v");
  CHECK(exclusive("refresh materialized view concurrently v").empty());
  CHECK(exclusive("drop index i") == "public.i");
  CHECK(exclusive("drop index concurrently i").empty());
  CHECK(exclusive("drop trigger g on a") == "public.a");
  CHECK(exclusive("create rule r as on insert to a do nothing") == "public.a");
  CHECK(exclusive("create policy p on a") == "public.a");
  CHECK(exclusive("alter table a rename to b") == "public.a");
  CHECK(exclusive("alter index i rename to j").empty());
  CHECK(exclusive("alter table a set schema s") == "public.a");
  CHECK(exclusive("create table p1 partition of p default") == "public.p");
}

TEST_CASE("what lets readers pass is not listed", "[sql][ddl]") {
  for (const auto* text :
       {"create index i on a (x)", "create index concurrently i on a (x)", "vacuum a", "analyze a",
        "create trigger g before insert on a execute function f()", "create view v as table a",
        "update a set x = 1", "comment on table a is 'x'", "create table a (x int)"}) {
    CHECK(analyse(text).parsed);
    CHECK(exclusive(text).empty());
  }
}

TEST_CASE("LOCK TABLE says its mode", "[sql][ddl]") {
  CHECK(show(analyse("lock table a, s.b in access share mode nowait").locks) ==
        "lock public.a access share; lock s.b access share");
  CHECK(show(analyse("lock a").locks) == "lock public.a access exclusive");
}

}  // namespace
}  // namespace ride::sql
