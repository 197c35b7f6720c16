#include "sql/split.hpp"

#include <string>
#include <vector>

#include "tests/catch.hpp"

namespace ride::sql {
namespace {

std::vector<std::string> pieces(std::string_view text) {
  std::vector<std::string> out;
  for (const Piece& piece : split(text).pieces)
    out.emplace_back(text.substr(piece.offset, piece.length));
  return out;
}

using Texts = std::vector<std::string>;

TEST_CASE("statements come without their semicolons and the space around them", "[sql][split]") {
  CHECK(pieces(" select 1 ;\n select 2;") == Texts{"select 1", "select 2"});
  CHECK(pieces("select ';' ; begin") == Texts{"select ';'", "begin"});
  CHECK(pieces("do $$ begin; end $$; select 2") == Texts{"do $$ begin; end $$", "select 2"});
  CHECK(split("select 1").by == SplitBy::parser);
}

TEST_CASE("a text without a word has no statements", "[sql][split]") {
  for (const auto* text : {"", " \n", ";;", "-- nothing", "/* a; b */ ; -- c"})
    CHECK(pieces(text).empty());
}

TEST_CASE("a semicolon inside a statement does not end it", "[sql][split]") {
  const std::string function =
      "create function f() returns int begin atomic select 1; select case when true then 2 end; "
      "end";
  const std::string rule = "create rule r as on insert to t do (select 1; select 2)";
  const std::string text = function + "; " + rule + "; select 3";
  CHECK(pieces(text) == Texts{function, rule, "select 3"});
  const std::string broken = "selec; " + text;
  CHECK(split(broken).by == SplitBy::scanner);
  CHECK(pieces(broken) == Texts{"selec", function, rule, "select 3"});
}

TEST_CASE("what only the scanner can read keeps every statement", "[sql][split]") {
  CHECK(pieces("selec 1; select 2; /* c */") == Texts{"selec 1", "select 2"});
  CHECK(pieces("begin; selec; commit;") == Texts{"begin", "selec", "commit"});
}

TEST_CASE("what not even the scanner can read is one statement", "[sql][split]") {
  CHECK(pieces("select 1; select 'open ;") == Texts{"select 1; select 'open"});
  CHECK(pieces("select 1; /* open ;") == Texts{"select 1; /* open"});
}

TEST_CASE("a text larger than the limit is split by the scanner", "[sql][split]") {
  const std::string large = "select '" + std::string(parse_bytes_max, 'x') + "'; select 2";
  const Split result = split(large);
  CHECK(result.by == SplitBy::scanner);
  CHECK(result.pieces.size() == 2);
}

}  // namespace
}  // namespace ride::sql
