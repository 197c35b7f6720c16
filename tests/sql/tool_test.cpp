#include "sql/tool.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/catch.hpp"

namespace ride::sql {
namespace {

struct Sent {
  std::string command;
  std::string text;
};

// psql15_queries.sql: what the real psql sent, each under a line "-- @ command".
std::vector<Sent> sent_by_psql() {
  std::ifstream in(std::filesystem::path(__FILE__).parent_path() / "psql15_queries.sql");
  std::vector<Sent> out;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("-- @ "))
      out.push_back({line.substr(5), ""});
    else if (!out.empty())
      out.back().text += line + "\n";
  }
  return out;
}

TEST_CASE("what psql sends by itself is recognised", "[sql][tool]") {
  const auto queries = sent_by_psql();
  CHECK(queries.size() > 50);
  for (const Sent& query : queries) {
    INFO(query.command << "\n" << query.text);
    CHECK(is_tool_query(query.text));
  }
}

TEST_CASE("what people type is not taken for a tool's", "[sql][tool]") {
  for (const auto* text :
       {"select * from pg_stat_activity", "select * from pg_catalog.pg_class",
        "select pid, pg_catalog.pg_blocking_pids(pid) from pg_catalog.pg_stat_activity",
        "select * from pg_catalog.pg_locks l\nwhere l.relation = 'orders'::pg_catalog.regclass",
        "select relname from pg_class where relname = 'orders'::text",
        "select column_name from information_schema.columns",
        "select o.* from orders o, pg_catalog.pg_class c where "
        "pg_catalog.pg_table_is_visible(c.oid)",
        "update pg_catalog.pg_class set relname = pg_catalog.lower('x')",
        "select pg_catalog.pg_terminate_backend(1)", "selec pg_catalog.x()", "select 1", ""}) {
    INFO(text);
    CHECK_FALSE(is_tool_query(text));
  }
}

}  // namespace
}  // namespace ride::sql
