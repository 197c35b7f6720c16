#include "sql/gather.hpp"

#include "tests/catch.hpp"
#include "tests/sql/show.hpp"

namespace ride::sql {
namespace {

TEST_CASE("a query reads what stands in FROM, in joins and in subqueries", "[sql][gather]") {
  CHECK(reads("select * from s.a x join only b using (id), lateral (select * from c) y") ==
        "select s.a; select public.b; select public.c");
  CHECK(reads("select (select max(a) from b) from c where exists (table d)") ==
        "select public.b; select public.c; select public.d");
  CHECK(reads("select * from a union all select * from a") == "select public.a");
  CHECK(reads("select * from \"Q\" for update of \"Q\"") == "select public.Q");
  CHECK(reads("select * from pg_locks") == "select pg_catalog.pg_locks");
  CHECK(reads("create table n as select * from o").find("select public.o") == 0);
  CHECK(reads("create table n as select * from o with no data").empty());
}

TEST_CASE("the name of a CTE is no relation", "[sql][gather]") {
  CHECK(reads("with delete as (select * from orders) select * from delete") ==
        "select public.orders");
  CHECK(reads("with a as (select 1), b as (select * from a) select * from b, c") ==
        "select public.c");
  CHECK(reads("with a as (select 1) select * from public.a") == "select public.a");
  CHECK(reads("select * from (with a as (select 1) select * from a) x, a") == "select public.a");
}

TEST_CASE("a CTE sees a table of its own name unless it is recursive", "[sql][gather]") {
  CHECK(reads("with orders as (select * from orders) select * from orders") ==
        "select public.orders");
  CHECK(reads("with recursive r as (select 1 union all select * from r) select * from r").empty());
}

TEST_CASE("changes write their target, and read it with RETURNING", "[sql][gather]") {
  CHECK(writes("insert into t select * from s") == "insert public.t");
  CHECK(reads("insert into t select * from s") == "select public.s");
  CHECK(writes("insert into t values (1) on conflict (a) do update set b = 1") ==
        "insert public.t; update public.t");
  CHECK(reads("update t set a = 1 from s where t.id = s.id") == "select public.s");
  CHECK(reads("update t set a = 1 returning *") == "select public.t");
  CHECK(writes("delete from only t using s") == "delete public.t");
  CHECK(writes("merge into t using s on t.id = s.id when matched then delete") == "merge public.t");
  CHECK(reads("merge into t using s on t.id = s.id when matched then delete") == "select public.s");
}

TEST_CASE("a change inside WITH is a change", "[sql][gather]") {
  const auto* text =
      "with gone as (delete from orders returning *), kept as (insert into archive select * from "
      "gone) select count(*) from gone";
  CHECK(writes(text) == "delete public.orders; insert public.archive");
  CHECK(reads(text) == "select public.orders");
}

TEST_CASE("calls are listed with what is known of their arguments", "[sql][gather]") {
  CHECK(
      calls("select pg_terminate_backend(123), f(-5, 'x', $2, 1.5, true, null, a, g('y'::text))") ==
      "pg_terminate_backend('123'); f('-5', 'x', $2, '1.5', 'true', NULL, ?, ?); g('y')");
  CHECK(calls("select * from t where pg_catalog.f(a => 1) and b") == "pg_catalog.f('1')");
  CHECK(calls("select * from pg_terminate_backend(1) x") == "pg_terminate_backend('1')");
  CHECK(calls("with x as (select f(1)) select case when g() then h() end") == "f('1'); g(); h()");
  CHECK(calls("insert into t values (f(1)) returning g(2)") == "f('1'); g('2')");
}

TEST_CASE("what is only defined does not call", "[sql][gather]") {
  for (const auto* text :
       {"create view v as select f(1) from t", "create rule r as on insert to t do select f(1)",
        "create function g() returns int language sql begin atomic select f(1); end",
        "create materialized view v as select f(1) with no data", "prepare p as select f(1)"}) {
    const auto analysis = analyse(text);
    CHECK(analysis.parsed);
    CHECK((analysis.calls.empty() && analysis.reads.empty()));
  }
  CHECK(calls("create materialized view v as select f(1)") == "f('1')");
  CHECK(calls("create index on t (f(a))") == "f(?)");
  CHECK(calls("alter table t add a int default f(1)") == "f('1')");
}

}  // namespace
}  // namespace ride::sql
