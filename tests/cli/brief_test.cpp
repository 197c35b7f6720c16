#include "cli/brief.hpp"

#include <sstream>

#include "tests/catch.hpp"

using namespace ride::cli;

namespace {

std::string wrapped(std::string_view text, std::size_t width) {
  std::ostringstream out;
  print_wrapped(text, "  ", width, out);
  return out.str();
}

}  // namespace

TEST_CASE("text is broken at white space and stays within the width", "[cli][brief]") {
  CHECK(wrapped("one two three", 9) == "  one two\n  three\n");
  CHECK(wrapped("one two", 8) == "  one\n  two\n");
  CHECK(wrapped("  one\n two ", 80) == "  one two\n");
}

TEST_CASE("a word wider than the line stands alone", "[cli][brief]") {
  CHECK(wrapped("a incomprehensibilities b", 8) == "  a\n  incomprehensibilities\n  b\n");
}

TEST_CASE("no text, no line", "[cli][brief]") { CHECK(wrapped(" ", 8).empty()); }

TEST_CASE("a brief says what done means and never the cause", "[cli][brief]") {
  ride::scorer::Rules rules;
  rules.title = "Title";
  rules.brief.alert = "The alert.";
  rules.brief.impact = "The impact.";
  rules.brief.done = {"First."};
  rules.postmortem.cause = "The cause.";
  std::ostringstream out;
  print_brief(rules, out);
  CHECK(out.str().find("  - First.\n") != std::string::npos);
  CHECK(out.str().find("The cause.") == std::string::npos);
}
