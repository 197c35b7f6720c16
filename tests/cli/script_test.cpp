#include "cli/script.hpp"

#include "cli/failure.hpp"
#include "tests/catch.hpp"

using namespace ride::cli;

TEST_CASE("a script without directives is one session without a name", "[cli][script]") {
  const auto steps = parse_script("SELECT 1;\nSELECT 2;\n", "a.sql");
  REQUIRE(steps.size() == 1);
  CHECK(std::get<Type>(steps[0]).session.empty());
  CHECK(std::get<Type>(steps[0]).text == "SELECT 1;\nSELECT 2;\n");
}

TEST_CASE("directives cut a script into what is typed and what is waited for", "[cli][script]") {
  const auto steps = parse_script(
      "-- a heading opens no session\n"
      "\n"
      "-- @session a\n"
      "BEGIN;\n"
      "-- @wait waiting a\n"
      "-- @session b\n"
      "SELECT 1;\n"
      "-- @wait ended app_writer\n"
      "-- @wait done a",
      "a.sql");
  REQUIRE(steps.size() == 5);
  CHECK(std::get<Type>(steps[0]).session == "a");
  CHECK(std::get<Type>(steps[0]).text == "BEGIN;\n");
  CHECK(std::get<Wait>(steps[1]).what == Awaited::waiting);
  CHECK(std::get<Wait>(steps[1]).line == 5);
  CHECK(std::get<Type>(steps[2]).session == "b");
  CHECK(std::get<Wait>(steps[3]).what == Awaited::ended);
  CHECK(std::get<Wait>(steps[3]).name == "app_writer");
  CHECK(std::get<Wait>(steps[4]).what == Awaited::done);
}

TEST_CASE("a session is on the server that its first directive names", "[cli][script]") {
  const auto steps = parse_script(
      "-- @session a standby\nSELECT 1;\n-- @session b\nSELECT 2;\n-- @session a\nSELECT 3;\n",
      "a.sql");
  REQUIRE(steps.size() == 3);
  CHECK(std::get<Type>(steps[0]).server == "standby");
  CHECK(std::get<Type>(steps[1]).server.empty());
  CHECK(std::get<Type>(steps[2]).server == "standby");
}

TEST_CASE("an author's expectations are not played", "[cli][script]") {
  const auto steps = parse_script("-- @springs new-index\n-- @expect 60\nSELECT 1;\n", "a.sql");
  REQUIRE(steps.size() == 1);
  CHECK(std::get<Type>(steps[0]).text == "SELECT 1;\n");
}

TEST_CASE("lines that end in CR LF are read like others", "[cli][script]") {
  const auto steps = parse_script("-- @session a\r\nSELECT 1;\r\n", "a.sql");
  REQUIRE(steps.size() == 1);
  CHECK(std::get<Type>(steps[0]).session == "a");
}

TEST_CASE("a directive that cannot be understood is refused with its line", "[cli][script]") {
  const auto* text = GENERATE("SELECT 1;\n-- @sesion a\n", "\n-- @session\n", "\n-- @wait done\n",
                              "-- @session a\n-- @session a standby\n", "\n-- @session a b c\n",
                              "\n-- @wait over a\n", "\n-- @wait done a b\n");
  REQUIRE_THROWS_AS(parse_script(text, "a.sql"), Failure);
  try {
    parse_script(text, "a.sql");
  } catch (const Failure& failure) {
    CHECK(std::string(failure.what()).starts_with("a.sql:2: "));
  }
}
