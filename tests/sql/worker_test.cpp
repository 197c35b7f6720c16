#include "sql/worker.hpp"

#include <string>

#include "tests/catch.hpp"

namespace ride::sql {
namespace {

TEST_CASE("an analyser answers as the functions do", "[sql][worker]") {
  Analyser analyser;
  CHECK(analyser.analyse("drop table t").command == "drop table");
  CHECK(analyser.split("select 1; select 2").pieces.size() == 2);
  CHECK(analyser.signal_query("select pg_terminate_backend(7)")->pid == 7);
  CHECK_FALSE(analyser.signal_query("select 1"));
  CHECK_FALSE(analyser.is_tool_query("select 1"));
  CHECK_FALSE(analyser.analyse("selec").parsed);
}

TEST_CASE("a text that was seen is answered from the cache", "[sql][worker]") {
  Analyser analyser;
  const Analysis* first = &analyser.analyse("select 1");
  CHECK(&analyser.analyse("select 1") == first);
}

TEST_CASE("the cache stays within its bounds", "[sql][worker]") {
  Analyser::Limits limits;
  limits.cached_statements_max = 2;
  limits.cached_bytes_max = 20;
  Analyser analyser(limits);
  for (int i = 0; i < 50; ++i)
    CHECK(analyser.analyse("select " + std::to_string(i % 7)).command == "select");
  CHECK(analyser.analyse("update t set a = '" + std::string(100, 'x') + "'").command == "update");
  CHECK(analyser.analyse("select 1").command == "select");
}

TEST_CASE("texts that would overflow an ordinary stack do not", "[sql][worker]") {
  Analyser analyser;
  const auto repeated = [](std::string text, const std::string& part, int times) {
    for (int i = 0; i < times; ++i) text += part;
    return text;
  };
  for (const auto& text :
       {repeated("select 1", "+1", 65'000), repeated("select ", "(", 60'000),
        repeated("select ", "not ", 30'000) + "true",
        repeated("select 1", " union select 1", 8'000), repeated("select 1", "||1", 40'000),
        repeated("select a", "[1]", 40'000), repeated("select 1", "::int", 20'000),
        repeated("select ", "-", 3) + "1", repeated("", "select(", 18'000)}) {
    CHECK_FALSE(analyser.analyse(text).command.empty());
    CHECK(analyser.split(text).pieces.size() <= 1);
    CHECK_NOTHROW(analyser.signal_query(text));
    CHECK_FALSE(analyser.is_tool_query(text));
  }
}

TEST_CASE("a stack that cannot be had is an error that says so", "[sql][worker]") {
  Analyser::Limits limits;
  limits.stack_bytes = 1;
  CHECK_THROWS_AS(Analyser(limits), std::system_error);
}

}  // namespace
}  // namespace ride::sql
