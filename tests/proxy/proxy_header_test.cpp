#include "proxy/proxy_header.hpp"

#include "tests/catch.hpp"

using namespace ride;
using namespace ride::proxy;
using namespace std::string_literals;

namespace {

std::string header(char command, char family, const std::string& rest) {
  return "\r\n\r\n\0\r\nQUIT\n"s + command + family + static_cast<char>(rest.size() >> 8U) +
         static_cast<char>(rest.size() & 0xffU) + rest;
}

const auto v4 = "\xcb\x00\x71\x07\x7f\x00\x00\x01\xc8\x23\x19\x20"s;  // 203.0.113.7:51235 → …

std::string source(const std::string& bytes) {
  const auto read = decode_proxy_header(bytes);
  return read ? read->source : "refused";
}

}  // namespace

TEST_CASE("a PROXY header says where its client came from", "[proxy]") {
  CHECK(source(header('\x21', '\x11', v4)) == "203.0.113.7:51235");
  const auto v6 = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x01" + std::string(16, '\0') +
                  "\x00\x50\x19\x20"s;
  CHECK(source(header('\x21', '\x21', v6)) == "[2001:db8::1]:80");
  auto path = "/run/app\nsocket"s;
  path.resize(216, '\0');
  CHECK(source(header('\x21', '\x31', path)) == "unix /run/app?socket");
  CHECK(source(header('\x21', '\x31', std::string(216, 'x'))) == "unix " + std::string(108, 'x'));
}

TEST_CASE("a header that speaks for its sender, or does not know, names no source", "[proxy]") {
  CHECK(source(header('\x20', '\x00', "")).empty());
  CHECK(source(header('\x20', '\x11', v4)).empty());
  CHECK(source(header('\x20', '\x77', "whatever")).empty());
  CHECK(source(header('\x21', '\x00', "whatever")).empty());
}

TEST_CASE("fields behind the addresses are skipped, and a wrong checksum is not", "[proxy]") {
  CHECK(source(header('\x21', '\x11', v4 + "\x02\x00\x03"s + "abc" + "\x05\x00\x00"s)) ==
        "203.0.113.7:51235");
  // CRC-32C of this header with zeros in place of its own four bytes, by another implementation.
  const auto right = "\x03\x00\x04\xb5\x20\x21\x4e"s;
  CHECK(source(header('\x21', '\x11', v4 + right)) == "203.0.113.7:51235");
  CHECK(source(header('\x21', '\x11', v4 + "\x03\x00\x04\x00\x00\x00\x00"s)) == "refused");
  CHECK(source(header('\x21', '\x11', v4 + "\x03\x00\x02\x00\x00"s)) == "refused");
}

TEST_CASE("of a header that is cut anywhere nothing is believed", "[proxy]") {
  const auto whole = header('\x21', '\x11', v4 + "\x02\x00\x03"s + "abc");
  REQUIRE(source(whole) == "203.0.113.7:51235");
  for (std::size_t size = 0; size < whole.size(); ++size)
    CHECK(source(whole.substr(0, size)) == "refused");
  CHECK(source(whole + "x") == "refused");
  // Lengths that lie inside a header whose own length is right.
  for (std::size_t size = 0; size < v4.size(); ++size)
    CHECK(source(header('\x21', '\x11', v4.substr(0, size))) == "refused");
  CHECK(source(header('\x21', '\x11', v4 + "\x02"s)) == "refused");
  CHECK(source(header('\x21', '\x11', v4 + "\x02\xff\xff"s + "abc")) == "refused");
}

TEST_CASE("other versions, commands and families are refused", "[proxy]") {
  CHECK_FALSE(decode_proxy_header_start("PROXY TCP4 1.2.3"));
  CHECK_FALSE(decode_proxy_header_start(header('\x11', '\x11', v4).substr(0, 16)));
  CHECK_FALSE(decode_proxy_header_start(header('\x22', '\x11', v4).substr(0, 16)));
  CHECK(source(header('\x21', '\x12', v4)) == "refused");
  CHECK(source(header('\x21', '\x41', v4)) == "refused");
  const auto start = decode_proxy_header_start(header('\x21', '\x11', v4).substr(0, 16));
  REQUIRE(start);
  CHECK(*start == v4.size());
}
