#include "sql/analyse.hpp"

#include "sql/split.hpp"
#include "tests/catch.hpp"
#include "tests/sql/show.hpp"

namespace ride::sql {
namespace {

std::string command(std::string_view text) { return analyse(text).command; }

TEST_CASE("commands have the words of the command tag", "[sql][analyse]") {
  CHECK(command("SELECT 1") == "select");
  CHECK(command("TABLE t") == "select");
  CHECK(command("/* drop table t */ UPDATE t SET a = 1") == "update");
  CHECK(command("alter table t add x int") == "alter table");
  CHECK(command("do $$ begin end $$") == "do");
  CHECK(command("start transaction") == "start transaction");
  CHECK(command("rollback to savepoint s") == "rollback to");
  CHECK(command("create unique index concurrently i on t (a)") == "create index");
  CHECK(command("explain delete from t") == "explain");
  CHECK(command("vacuum t") == "vacuum");
  CHECK(command("show work_mem") == "show");
  CHECK(command("") == "");
  CHECK(command("-- nothing") == "");
}

TEST_CASE("queries are told from utilities", "[sql][analyse]") {
  for (const auto* text : {"select 1", "merge into t using s on true when matched then do nothing",
                           "with d as (delete from t returning *) select * from d"})
    CHECK_FALSE(analyse(text).utility);
  for (const auto* text : {"begin", "copy t to stdout", "explain select 1", "lock t"})
    CHECK(analyse(text).utility);
}

TEST_CASE("statements that differ in constants alone share a fingerprint", "[sql][analyse]") {
  const auto one = analyse("select * from t where a = 1").fingerprint;
  CHECK(one.size() == 16);
  CHECK(analyse("SELECT * FROM t WHERE a = 2").fingerprint == one);
  CHECK(analyse("select * from t where b = 1").fingerprint != one);
}

TEST_CASE("plain EXPLAIN does nothing, EXPLAIN ANALYZE runs its statement", "[sql][analyse]") {
  const auto plain = analyse("explain delete from orders where f(1)");
  CHECK(plain.explain);
  CHECK((plain.reads.empty() && plain.writes.empty() && plain.calls.empty()));
  const auto run = analyse("explain (analyze, costs off) delete from orders where f(1)");
  CHECK(run.explain_analyze);
  CHECK(show(run.writes) == "delete public.orders");
  CHECK(show(run.calls) == "f('1')");
  CHECK(run.command == "explain");
  CHECK_FALSE(analyse("explain (analyze false) delete from orders").explain_analyze);
  CHECK(analyse("explain analyze execute p(1)").execute->name == "p");
  CHECK_FALSE(analyse("explain execute p(1)").execute);
}

TEST_CASE("PREPARE and DECLARE keep their body and do not run it", "[sql][analyse]") {
  const auto prepared = analyse("prepare \"as\" (text, int) as /* x */ delete from t where a = $1");
  REQUIRE(prepared.prepare);
  CHECK(prepared.prepare->name == "as");
  CHECK(prepared.prepare->body == "delete from t where a = $1");
  CHECK((prepared.writes.empty() && prepared.calls.empty()));
  const auto cursor =
      analyse("declare c no scroll cursor with hold for select f(a) from t; select 2");
  REQUIRE(cursor.cursor);
  CHECK(cursor.cursor->body == "select f(a) from t");
  CHECK((cursor.reads.empty() && cursor.calls.empty()));
}

TEST_CASE("EXECUTE, DEALLOCATE and cursors", "[sql][analyse]") {
  const auto execute = analyse("execute p(1, 'a', null, $2, now())");
  CHECK(execute.execute->name == "p");
  CHECK(show(execute.execute->arguments) == "'1', 'a', NULL, $2, ?");
  CHECK(show(execute.calls) == "now()");
  CHECK(analyse("deallocate p").deallocate == "p");
  CHECK(analyse("deallocate all").deallocate == "");
  CHECK(analyse("discard all").deallocate == "");
  CHECK_FALSE(analyse("discard plans").deallocate);
  CHECK(analyse("fetch 10 from c").cursor->kind == Cursor::Kind::fetch);
  CHECK(analyse("move next in c").cursor->kind == Cursor::Kind::move);
  CHECK(analyse("close all").cursor->name.empty());
}

TEST_CASE("COPY reads or writes", "[sql][analyse]") {
  CHECK(reads("copy orders to stdout") == "copy public.orders");
  CHECK(writes("copy orders (a) from stdin") == "copy public.orders");
  CHECK(writes("copy (delete from orders returning *) to stdout") == "delete public.orders");
  const auto program = analyse("copy t from program 'x'");
  CHECK((program.copy->from && program.copy->program && !program.copy->client));
  CHECK(program.copy->file == "x");
  CHECK(analyse("copy t to stdout").copy->client);
}

TEST_CASE("transaction control", "[sql][analyse]") {
  using Kind = TransactionControl::Kind;
  const auto kind = [](std::string_view text) { return analyse(text).transaction->kind; };
  CHECK(kind("begin isolation level serializable") == Kind::begin);
  CHECK(kind("start transaction") == Kind::begin);
  CHECK(kind("end") == Kind::commit);
  CHECK(kind("abort") == Kind::rollback);
  CHECK(kind("release s") == Kind::release);
  CHECK(kind("rollback to s") == Kind::rollback_to);
  CHECK(kind("prepare transaction 'x'") == Kind::prepare);
  CHECK(kind("rollback prepared 'x'") == Kind::rollback_prepared);
  CHECK(analyse("commit and chain").transaction->chain);
  CHECK(analyse("savepoint s").transaction->name == "s");
  CHECK(analyse("commit prepared 'gid'").transaction->name == "gid");
  CHECK_FALSE(analyse("select 1").transaction);
}

TEST_CASE("DO and CALL can do anything", "[sql][analyse]") {
  const auto block = analyse("do language plperl 'drop table t'");
  CHECK((block.opaque && block.opaque_language == "plperl" && block.ddl.empty()));
  CHECK(analyse("do $$ begin execute 'do $x$ begin end $x$'; end $$").opaque_language == "plpgsql");
  const auto call = analyse("call p(1, f(2))");
  CHECK(call.opaque);
  CHECK(show(call.calls) == "p('1', ?); f('2')");
  CHECK_FALSE(analyse("select f()").opaque);
}

TEST_CASE("what the parser cannot read is scanned", "[sql][analyse]") {
  const auto broken = analyse("selec pg_terminate_backend(12), s.f (1) from t where a in (1)");
  CHECK_FALSE(broken.parsed);
  CHECK(broken.opaque);
  CHECK(broken.error.find("syntax error") != std::string::npos);
  CHECK(broken.command == "selec");
  CHECK(show(broken.calls) == "pg_terminate_backend(); s.f()");
  CHECK(analyse("alter tabel t").command == "alter tabel");
  CHECK(analyse("select 'open").command.empty());
  CHECK_FALSE(analyse(std::string_view("select 1\0", 9)).parsed);
}

TEST_CASE("large and deep texts are scanned and nothing breaks", "[sql][analyse]") {
  const auto large = analyse("insert into t values ('" + std::string(parse_bytes_max, 'x') + "')");
  CHECK_FALSE(large.parsed);
  CHECK(large.command == "insert");
  std::string sum = "select 1";
  for (int i = 0; i < 5'000; ++i) sum += "+1";
  const auto deep = analyse(sum);
  CHECK_FALSE(deep.parsed);
  CHECK(deep.command == "select");
  std::string wide = "select 1 where true";
  for (int i = 0; i < 3'000; ++i) wide += " or a = 1";
  CHECK(analyse(wide).parsed);
}

TEST_CASE("words in literals and names are no commands", "[sql][analyse]") {
  for (const auto* text : {"select 'DROP TABLE orders'", "select 1 as delete",
                           "select E'\\'; drop table orders; --'", "select \"drop\" from t"}) {
    const auto analysis = analyse(text);
    CHECK(analysis.command == "select");
    CHECK((analysis.ddl.empty() && analysis.writes.empty()));
  }
}

TEST_CASE("bytes that are not UTF-8 pass through", "[sql][analyse]") {
  const auto analysis = analyse("select f('\xe4\xff')");
  CHECK(analysis.parsed);
  CHECK(analysis.calls.at(0).arguments.at(0).text == "\xe4\xff");
}

TEST_CASE("names get the schema that is meant", "[sql][analyse]") {
  CHECK(qualified("", "orders") == "public.orders");
  CHECK(qualified("", "pg_locks") == "pg_catalog.pg_locks");
  CHECK(qualified("s", "orders") == "s.orders");
}

}  // namespace
}  // namespace ride::sql
