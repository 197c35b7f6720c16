#include "journal/base64.hpp"

#include "tests/catch.hpp"

using namespace ride::journal;

TEST_CASE("bytes come back from base64 as they were", "[journal][base64]") {
  for (const std::string bytes : {"", "a", "ab", "abc", "abcd"})
    CHECK(from_base64(to_base64(bytes)) == bytes);
  CHECK(to_base64(std::string("\0\xff\x10", 3)) == "AP8Q");
  CHECK(to_base64("f") == "Zg==");
}

TEST_CASE("what is not exactly base64 is refused", "[journal][base64]") {
  for (const char* text : {"Zg", "Zg=", "Zh==", " Zg=", "Zg==\n", "====", "Z===", "Zm9v!AAA"})
    CHECK_FALSE(from_base64(text).has_value());
}
