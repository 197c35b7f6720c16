#include "scorer/text.hpp"

#include "tests/catch.hpp"

using namespace ride::scorer;

TEST_CASE("nothing recorded reaches a terminal as a control sequence", "[scorer][text]") {
  CHECK(printable("a\x1b[31mb") == "a^[[31mb");
  CHECK(printable("bell\x07 del\x7f cr\r") == "bell^G del^? cr^M");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\x9b31m");
  CHECK(printable("\xff\xc0\xaf") == "\\xff\\xc0\\xaf");
  CHECK(printable("\xe2\x80\xae"
                  "txt") == "\\u202etxt");
  CHECK(printable("tab\tline\n") == "tab\tline\n");
  CHECK(printable_line("tab\tline\n") == "tab\\tline\\n");
  CHECK(printable("ünïcode 日本 🐘") == "ünïcode 日本 🐘");
  CHECK(printable(std::string_view("nul\0", 4)) == "nul^@");
}

TEST_CASE("cut and overlong UTF-8 is shown byte by byte", "[scorer][text]") {
  CHECK(printable("\xe6\x97") == "\\xe6\\x97");
  CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
}

TEST_CASE("JSON for terminals keeps its value and loses its teeth", "[scorer][text]") {
  CHECK(printable_json("\"a\xc2\x9b\xe2\x80\xae\x7f\"") == "\"a\\u009b\\u202e\\u007f\"");
  CHECK(printable_json("\"\xff\"") == "\"\xEF\xBF\xBD\"");
  CHECK(printable_json("\"\xf3\xa0\x80\x81\"") == "\"\\udb40\\udc01\"");
}

TEST_CASE("width counts columns, not bytes", "[scorer][text]") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("e\xcc\x81") == 1);
  CHECK(display_width("−8") == 2);
  CHECK(fit("日本語", 5) == "日本…");
  CHECK(fit("日本語", 4) == "日… ");
  CHECK(fit("ab", 4) == "ab  ");
  CHECK(cut("abcd", 4) == "abcd");
  CHECK(cut("abcde", 4) == "abc…");
}

TEST_CASE("lines break at spaces, and in words only where they must", "[scorer][text]") {
  using Lines = std::vector<std::string>;
  CHECK(wrap("one two three", 8) == Lines{"one two", "three"});
  CHECK(wrap("one two", 7) == Lines{"one two"});
  CHECK(wrap("abcdefghij", 4) == Lines{"abcd", "efgh", "ij"});
  CHECK(wrap("a\n\nb", 4) == Lines{"a", "", "b"});
  CHECK(wrap("日本語", 3) == Lines{"日", "本", "語"});
  CHECK(wrap("日", 1) == Lines{"日"});
  CHECK(wrap("", 4).empty());
}
