#include "replay/line.hpp"

#include "scorer/text.hpp"
#include "tests/catch.hpp"

using namespace ride;
using namespace ride::replay;

namespace {

std::string marked(const std::vector<Line>& lines) {
  std::string out;
  for (const auto& line : lines) {
    for (const auto& [paint, text] : line) {
      if (paint == Paint::keyword) out += "<" + text + ">";
      if (paint == Paint::literal) out += "[" + text + "]";
      if (paint == Paint::comment) out += "{" + text + "}";
      if (paint == Paint::found) out += "!" + text + "!";
      if (paint == Paint::plain || paint == Paint::dim) out += text;
    }
    out += "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("statements are painted by what their tokens are", "[replay][line]") {
  CHECK(marked(painted_sql("update t SET state = 'x;y' -- z\nWHERE name = $1").wrapped("> ", 80)) ==
        "> <update> t <SET> state = ['x;y'] {-- z}\n  <WHERE> name = [$1]\n");
  CHECK(marked(painted_sql("SELECT 'unfinished").wrapped("", 80)) == "SELECT 'unfinished\n");
}

TEST_CASE("wrapped text keeps its paints, and each line its width", "[replay][line]") {
  const auto text =
      "SELECT  '" + std::string(30, 'x') + " y',\n    'wide: \xe6\x97\xa5\xe6\x9c\xac' FROM t";
  for (const std::size_t width : {5U, 12U, 20U, 80U}) {
    std::string joined;
    for (const auto& line : painted_sql(text).wrapped("> ", width)) {
      CHECK(width_of(line) <= width);
      for (const auto& span : line)
        for (const char c : span.text)
          if (c == 'x' || c == '\xe6') {
            joined += c;
            CHECK(span.paint == Paint::literal);
          }
    }
    CHECK(joined == std::string(30, 'x') + "\xe6\xe6");
  }
}

TEST_CASE("a huge statement is cut with a mark that says by how much", "[replay][line]") {
  const auto lines = painted_sql("SELECT '" + std::string(1'000'000, 'x') + "'").wrapped("", 80);
  CHECK(lines.size() < 300);
  CHECK(plain_text(lines.back()).find("more bytes)") != std::string::npos);
}

TEST_CASE("a line is cut inside its pieces, and marked", "[replay][line]") {
  const Line line{{Paint::bold, "abc"}, {Paint::plain, "def"}};
  CHECK(plain_text(cut(line, 6)) == "abcdef");
  CHECK(plain_text(cut(line, 5)) == "abcd…");
  CHECK(plain_text(cut(line, 3)) == "ab…");
  CHECK(cut(line, 5)[0] == Span{Paint::bold, "abc"});
}

TEST_CASE("what was searched for is painted across pieces, in any case", "[replay][line]") {
  const Line line{{Paint::keyword, "SELECT"}, {Paint::plain, " now"}};
  CHECK(marked({with_found(line, "ct n")}) == "<SELE>!CT n!ow\n");
  CHECK(with_found(line, "") == line);
}

TEST_CASE("a line's only escapes are its colours", "[replay][line]") {
  PaintedText text;
  text.add("a\x1b[2J\tb\xff", Paint::bad);
  const auto line = text.wrapped("", 80).at(0);
  CHECK(to_terminal(line, false) == "a^[[2J    b\\xff");
  CHECK(to_terminal(line, true) == "\x1b[31ma^[[2J    b\\xff\x1b[0m");
}
