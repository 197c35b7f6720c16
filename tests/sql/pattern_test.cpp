#include "sql/condition.hpp"
#include "tests/catch.hpp"

namespace ride::sql {
namespace {

TEST_CASE("LIKE", "[sql][pattern]") {
  CHECK(like("app_writer", "app%") == true);
  CHECK(like("app_writer", "app\\_%") == true);
  CHECK(like("appXwriter", "app\\_%") == false);
  CHECK(like("abcabd", "%ab_") == true);
  CHECK(like("abcabd", "%abc") == false);
  CHECK(like("", "%") == true);
  CHECK(like("", "_") == false);
  CHECK(like("\xc3\xa4x", "_x") == true);
  CHECK(like("a%b", "a\\%b") == true);
  CHECK(like("ab", "ab\\") == false);
  CHECK_FALSE(like("abc", "ab\\"));
  CHECK(like(std::string(5'000, 'a'), "%a%a%a%a%a%b") == false);
}

TEST_CASE("regular expressions that mean the same everywhere", "[sql][pattern]") {
  CHECK(regex_matches("migration_runner_7", "^migration_runner_[0-9]+$", false) == true);
  CHECK(regex_matches("app_writer", "^(old|new)_app|writer$", false) == true);
  CHECK(regex_matches("App", "^app", false) == false);
  CHECK(regex_matches("App", "^app", true) == true);
  CHECK(regex_matches("abc", "b", false) == true);
  CHECK(regex_matches("abc", "", false) == true);
}

TEST_CASE("other regular expressions are not answered", "[sql][pattern]") {
  for (const auto* pattern : {"\\mapp", "a{2}", "a*?", "(?i)a", "[[:alpha:]]", "***=a", "a**", "(",
                              "[z-a]", "[^]", "[a", "*a", "\xc3\xa4"})
    CHECK_FALSE(regex_matches("app", pattern, false));
  CHECK_FALSE(regex_matches("a\nb", "a.b", false));
  CHECK_FALSE(regex_matches(std::string(2'000, 'a'), "a", false));
  CHECK_FALSE(regex_matches("a", std::string(300, 'a'), false));
}

TEST_CASE("array literals", "[sql][pattern]") {
  CHECK(array_elements("{11,12}") == std::vector<std::string>{"11", "12"});
  CHECK(array_elements("{}")->empty());
  for (const auto* literal : {"", "11", "{\"a\"}", "{a,NULL}", "{{1}}", "{a, b}", "{a,,b}"})
    CHECK_FALSE(array_elements(literal));
}

}  // namespace
}  // namespace ride::sql
