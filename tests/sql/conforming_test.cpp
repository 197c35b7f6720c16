#include "sql/conforming.hpp"

#include "sql/split.hpp"
#include "tests/catch.hpp"

using ride::sql::as_conforming;

TEST_CASE("wire 58: an escaped quote does not end a literal where strings do not conform",
          "[sql][wire]") {
  CHECK(as_conforming(R"(SELECT 'a\'; DROP TABLE t; --')") == R"(SELECT 'a''; DROP TABLE t; --')");
  CHECK(as_conforming(R"('a\\'; 'b')") == R"('a\\'; 'b')");
  CHECK(as_conforming(R"('it''s \'so\'' x)") == R"('it''s ''so''' x)");
  const auto text = as_conforming(R"(SELECT 'a\';b'; SELECT 2)");
  CHECK(ride::sql::split(text).pieces.size() == 2);
}

TEST_CASE("what is no plain literal stays as it is", "[sql]") {
  for (const auto* text :
       {R"(SELECT E'a\'b', e'\'', "a\'b", $$a\'b$$, $x$ ' \' $x$)", R"(-- it\'s
SELECT 1)",
        R"(/* \' /* nested \' */ \' */ SELECT 1)", R"(SELECT B'1', X'1f', a$1, $1, 'open \)",
        R"(SELECT 'open)", "/* open", "$x$ open", "\"open", ""})
    CHECK(as_conforming(text) == text);
}
