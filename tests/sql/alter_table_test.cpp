#include "sql/ddl.hpp"
#include "tests/catch.hpp"
#include "tests/sql/show.hpp"

namespace ride::sql {
namespace {

Ddl only(std::string_view text) {
  const auto items = analyse(text).ddl;
  REQUIRE(items.size() == 1);
  return items.front();
}

TEST_CASE("each subcommand of ALTER TABLE is one item", "[sql][alter_table]") {
  CHECK(ddl("alter table s.orders add column a int, drop b, alter c type bigint, alter d set not "
            "null, alter e drop not null, alter f drop default, add constraint g check (a > 0), "
            "validate constraint g, enable row level security, disable trigger all") ==
        "add column s.orders.a; drop column s.orders.b; alter column type s.orders.c; set not null "
        "s.orders.d; drop not null s.orders.e; drop default s.orders.f; add constraint "
        "s.orders.g; validate constraint s.orders.g; enable row level security s.orders; disable "
        "trigger s.orders");
}

TEST_CASE("a default says whether it is a constant", "[sql][alter_table]") {
  const auto text = only("alter table orders alter column release_id set default 'unknown'");
  CHECK((text.action == "set default" && text.column == "release_id"));
  CHECK((text.default_text == "unknown" && text.default_literal));
  const auto cast = only("alter table t alter a set default 'x'::text");
  CHECK((cast.default_text == "x" && cast.default_literal));
  const auto call = only("alter table t alter a set default now()");
  CHECK((call.default_text == "now(…)" && !call.default_literal));
  const auto null = only("alter table t alter a set default null");
  CHECK((!null.default_text && null.default_literal));
}

TEST_CASE("a new column says its type, default and NOT NULL", "[sql][alter_table]") {
  const auto plain = only("alter table t add column if not exists a text");
  CHECK((plain.extra == "text" && !plain.not_null && !plain.default_text && plain.if_exists));
  const auto full = only("alter table t add a text not null default 'unknown'");
  CHECK((full.not_null && full.default_text == "unknown" && full.default_literal));
  const auto bare = only("alter table t add a text not null");
  CHECK((bare.not_null && !bare.default_text));
}

TEST_CASE("the lock is the one PostgreSQL takes", "[sql][alter_table]") {
  for (const auto* text :
       {"alter table t add a int", "alter table t drop a", "alter table t alter a type bigint",
        "alter table t alter a set default 1", "alter table t alter a set not null",
        "alter table t add check (a > 0) not valid", "alter table t add unique (a)",
        "alter table t owner to bob", "alter table t enable row level security",
        "alter table t detach partition p", "alter table t set (user_catalog_table = true)",
        "alter table t add foreign key (a) references s, drop b"})
    CHECK(exclusive(text).find("public.t") != std::string::npos);
  for (const auto* text :
       {"alter table t validate constraint c", "alter table t set (fillfactor = 70)",
        "alter table t reset (autovacuum_enabled)", "alter table t alter a set statistics 100",
        "alter table t disable trigger all", "alter table t cluster on i",
        "alter table t add foreign key (a) references s"})
    CHECK(exclusive(text).empty());
  CHECK(exclusive("alter table t attach partition p default") == "public.p");
  CHECK(exclusive("alter table t add a int, add b int") == "public.t");
  CHECK(exclusive("alter table t detach partition p concurrently") == "public.p");
}

TEST_CASE("owners and storage parameters", "[sql][alter_table]") {
  const auto owner = analyse("alter table s.t owner to bob");
  CHECK(show(owner.role_changes) == "bob: owner");
  CHECK(owner.role_changes.at(0).object == "s.t");
  CHECK(only("alter table t set (autovacuum_enabled = false, fillfactor = 70)").extra ==
        "autovacuum_enabled=false, fillfactor=70");
  CHECK(only("alter view v alter a set default 1").object_type == "view");
  CHECK(analyse("alter index i set (fillfactor = 70)").command == "alter index");
}

}  // namespace
}  // namespace ride::sql
