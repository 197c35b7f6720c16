#include "protocol/reader.hpp"

#include <string>

#include "tests/catch.hpp"

using namespace ride;
using namespace ride::protocol;
using namespace std::literals;

TEST_CASE("a reader reads big-endian numbers, strings and values in order", "[protocol][reader]") {
  const auto bytes =
      "\x01"s              // u8
      "\x02\x03"s          // u16
      "\x04\x05\x06\x07"s  // u32
      "text\0"s            // string
      "\0\0\0\2ab"s        // value of 2 bytes
      "\xff\xff\xff\xff"s  // NULL
      "rest"s;
  Reader in('x', bytes);
  CHECK(in.u8() == 0x01);
  CHECK(in.u16() == 0x0203);
  CHECK(in.u32() == 0x04050607);
  CHECK(in.cstring() == "text");
  CHECK(in.value() == "ab");
  CHECK(in.value() == std::nullopt);
  CHECK(in.rest() == "rest");
  CHECK(in.left() == 0);
  CHECK_FALSE(in.error());
}

TEST_CASE("the first failure is remembered with its place, and nothing is read after it",
          "[protocol][reader]") {
  Reader in('x', "\0\1\2"sv);
  CHECK(in.u16() == 1);
  CHECK(in.u32() == 0);
  CHECK(in.u8() == 0);
  CHECK(in.cstring().empty());
  in.fail(Fault::bad_value);
  CHECK(in.error() == DecodeError{Fault::truncated, 'x', 2});
}

TEST_CASE("an unterminated string yields what there is", "[protocol][reader]") {
  Reader in('x', "half a strin");
  CHECK(in.cstring() == "half a strin");
  CHECK(in.error() == DecodeError{Fault::unterminated, 'x', 0});
}

TEST_CASE("a count must fit the bytes left before it is used", "[protocol][reader]") {
  Reader fits('x', "\0\2abcd"sv);
  CHECK(fits.count_u16(2) == 2);
  CHECK_FALSE(fits.error());

  Reader exceeds('x', "\0\2abcd"sv);
  CHECK(exceeds.count_u16(3) == 0);
  CHECK(exceeds.error()->fault == Fault::bad_count);

  Reader huge('x', "\xff\xff\xff\xff"sv);
  CHECK(huge.count_u32(0x7fffffff) == 0);
  CHECK(huge.error()->fault == Fault::bad_count);
}

TEST_CASE("a negative or huge value length is refused", "[protocol][reader]") {
  Reader negative('x', "\xff\xff\xff\xfe"sv);
  CHECK(negative.value() == std::nullopt);
  CHECK(negative.error()->fault == Fault::bad_length);

  Reader huge('x', "\x7f\xff\xff\xff..."sv);
  CHECK(huge.value() == Bytes());
  CHECK(huge.error()->fault == Fault::truncated);
}

TEST_CASE("leftover bytes are refused at the end", "[protocol][reader]") {
  Reader in('x', "ab"sv);
  in.u8();
  const auto result = in.finish(1);
  REQUIRE_FALSE(result);
  CHECK(result.error() == DecodeError{Fault::leftover, 'x', 1});
  CHECK(to_text(result.error().fault) == "bytes behind the last field");
}
