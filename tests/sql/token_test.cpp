#include "sql/token.hpp"

#include "tests/catch.hpp"

namespace ride::sql {
namespace {

std::string texts(std::string_view text, TokenKind kind) {
  std::string out;
  const auto tokens = scan(text);
  if (!tokens) return "(refused)";
  for (const Token& token : *tokens)
    if (token.kind == kind) out += (out.empty() ? "" : "|") + std::string(token.text);
  return out;
}

TEST_CASE("each kind of literal is one token with its quotes", "[sql][token]") {
  CHECK(texts("select 'a''b', E'a\\'b', $$a'b$$, $t$a$$b$t$, B'1', $1", TokenKind::string) ==
        "'a''b'|E'a\\'b'|$$a'b$$|$t$a$$b$t$|B'1'");
  CHECK(texts("select 'a'\n  'b' , 'c'", TokenKind::string) == "'a'\n  'b'|'c'");
}

TEST_CASE("unicode literals, for which the scanner gives no end, have one", "[sql][token]") {
  CHECK(texts("select U&'a\\0061' || u&'b' -- c", TokenKind::string) == "U&'a\\0061'|u&'b'");
  CHECK(texts("select U&'a'\n'b' uescape '!'", TokenKind::string) == "U&'a'\n'b'|'!'");
  CHECK(texts("select U&\"a b\" from t", TokenKind::quoted_word) == "U&\"a b\"");
}

TEST_CASE("words, parameters and comments are told apart", "[sql][token]") {
  const auto* text = "select $12, \"x y\" /* a */ from t1 -- end";
  CHECK(texts(text, TokenKind::word) == "select|from|t1");
  CHECK(texts(text, TokenKind::parameter) == "$12");
  CHECK(texts(text, TokenKind::quoted_word) == "\"x y\"");
  CHECK(texts(text, TokenKind::comment) == "/* a */|-- end");
  CHECK(scan_words(text)->size() == 6);
}

TEST_CASE("words that the grammar knows are told from names", "[sql][token]") {
  const auto keyword_of = [](std::string_view text) { return scan(text)->front().keyword; };
  CHECK(keyword_of("SELECT") == Keyword::reserved);
  CHECK(keyword_of("left") == Keyword::reserved);
  CHECK(keyword_of("update") == Keyword::unreserved);
  CHECK(keyword_of("orders") == Keyword::none);
  CHECK(keyword_of("\"select\"") == Keyword::none);
}

TEST_CASE("unfinished text and NUL bytes are refused", "[sql][token]") {
  CHECK_FALSE(scan("select 'a"));
  CHECK_FALSE(scan("select $$a"));
  CHECK_FALSE(scan("/* a"));
  CHECK_FALSE(scan(std::string_view("select \0 1", 10)));
  CHECK(scan("")->empty());
}

TEST_CASE("keywords are found in any case", "[sql][token]") {
  CHECK(find_ignoring_case("ALTER Role x PassWord", "password") == 13);
  CHECK(find_ignoring_case("pass", "password") == std::string_view::npos);
  CHECK(find_ignoring_case("abc", "a", 5) == std::string_view::npos);
  CHECK(equals_ignoring_case("PASSWORD", "password"));
  CHECK_FALSE(equals_ignoring_case("PASSWORDS", "password"));
  CHECK(lower("ÄBc") == "Äbc");
}

}  // namespace
}  // namespace ride::sql
