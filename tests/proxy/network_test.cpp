#include "proxy/network.hpp"

#include "tests/catch.hpp"

using namespace ride::proxy;
using namespace std::string_literals;

TEST_CASE("a network holds the addresses under its prefix and no other", "[proxy]") {
  const auto ten = parse_network("10.0.0.0/8");
  REQUIRE(ten);
  CHECK(ten->contains("\x0a\xff\x00\x01"s));
  CHECK_FALSE(ten->contains("\x0b\x00\x00\x01"s));
  CHECK_FALSE(ten->contains(""));
  CHECK(ten->contains("\0\0\0\0\0\0\0\0\0\0\xff\xff\x0a\x01\x02\x03"s));
  CHECK_FALSE(ten->contains("\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"s));

  const auto odd = parse_network("192.168.4.0/23");
  REQUIRE(odd);
  CHECK(odd->contains("\xc0\xa8\x05\xff"s));
  CHECK_FALSE(odd->contains("\xc0\xa8\x06\x00"s));

  const auto one = parse_network("::1");
  REQUIRE(one);
  CHECK(one->contains("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"s));
  CHECK_FALSE(one->contains("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02"s));

  CHECK(parse_network("0.0.0.0/0")->contains("\x01\x02\x03\x04"s));
  CHECK_FALSE(parse_network("0.0.0.0/0")->contains(""));
  CHECK(parse_network("unix")->contains(""));
  CHECK_FALSE(parse_network("unix")->contains("\x01\x02\x03\x04"s));
}

TEST_CASE("what is no network is none, bits behind the prefix included", "[proxy]") {
  for (const auto* text : {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x",
                           "10.0.0.1/8", "::1/64", "10.0.0/8", "localhost", "::/129", "UNIX"})
    CHECK_FALSE(parse_network(text));
}
