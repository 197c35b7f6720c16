#include "protocol/startup.hpp"

#include <string>

#include "tests/catch.hpp"

using namespace ride;
using namespace ride::protocol;
using namespace std::string_literals;

namespace {

const auto good =
    "\0\0\0\x20"s        // length, itself included
    "\0\3\0\0"s          // protocol 3.0
    "user\0oncall\0"s    // a pair
    "database\0app\0"s;  // another; the terminator is missing: see whole()

std::string whole(std::string packet) {
  packet.push_back('\0');
  packet[3] = static_cast<char>(packet.size());
  return packet;
}

}  // namespace

TEST_CASE("a start-up packet is cut at its length and no sooner", "[protocol][startup]") {
  const auto packet = whole(good);
  for (std::size_t size = 0; size < packet.size(); ++size)
    CHECK(startup_packet(Bytes(packet).substr(0, size)).kind == StartupKind::need_more);
  const auto followed = packet + "Q";
  const auto cut = startup_packet(followed);
  CHECK(cut.kind == StartupKind::startup);
  CHECK(cut.raw == packet);
  CHECK(cut.code == 3U << 16U);
}

TEST_CASE("requests in the place of a start-up are told apart", "[protocol][startup]") {
  CHECK(startup_packet("\0\0\0\x08\x04\xd2\x16\x2f"s).kind == StartupKind::ssl_request);
  CHECK(startup_packet("\0\0\0\x08\x04\xd2\x16\x30"s).kind == StartupKind::gssenc_request);
  CHECK(startup_packet("\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\1keyy"s).kind ==
        StartupKind::cancel_request);
  CHECK(startup_packet("\0\0\0\x08\0\2\0\0"s).kind == StartupKind::other);
  std::string out;
  encode_ssl_request(out);
  encode_gssenc_request(out);
  CHECK(out == "\0\0\0\x08\x04\xd2\x16\x2f\0\0\0\x08\x04\xd2\x16\x30"s);
}

TEST_CASE("lengths outside PostgreSQL's bounds are bad at once", "[protocol][startup]") {
  for (const auto& length : {"\0\0\0\0"s, "\0\0\0\7"s, "\0\0\x27\x15"s, "\xff\xff\xff\xff"s,
                             "\x80\0\0\0"s, "\x16\3\1\2"s})
    CHECK(startup_packet(length).kind == StartupKind::bad);
  CHECK(startup_packet("\0\0\x27\x14"s).kind == StartupKind::need_more);  // 10004
}

TEST_CASE("a start-up message yields its parameters, the last of equal names",
          "[protocol][startup]") {
  const auto packet = whole(good + "user\0other\0"s);
  const auto startup = decode_startup(packet);
  REQUIRE(startup);
  CHECK(startup->parameter("user") == "other");
  CHECK(startup->parameter("database") == "app");
  CHECK(startup->parameter("options") == std::nullopt);
  CHECK(startup->parameters == "user\0oncall\0database\0app\0user\0other\0"s);
  std::string out;
  encode(*startup, out);
  CHECK(out == packet);
}

TEST_CASE("an empty list of parameters and an empty value are fine", "[protocol][startup]") {
  CHECK(decode_startup("\0\0\0\x09\0\3\0\2\0"s)->parameters.empty());
  CHECK(decode_startup("\0\0\0\x0c\0\3\0\0a\0\0\0"s)->parameter("a") == "");
}

TEST_CASE("a damaged start-up message is refused", "[protocol][startup]") {
  const auto packet = whole(good);
  for (std::size_t size = 0; size < packet.size(); ++size) {
    auto shorter = packet.substr(0, size);
    CHECK_FALSE(decode_startup(shorter));  // the length does not fit
    if (size < 8) continue;
    shorter[3] = static_cast<char>(size);
    INFO("truncated to " << size);
    // The length fits, the terminator is missing; where one byte of a name stands in its place, it
    // passes for one.
    const bool ends_in_a_name =
        size == sizeof "....\0\3\0\0u" - 1 || size == sizeof "....\0\3\0\0user\0oncall\0d" - 1;
    CHECK(static_cast<bool>(decode_startup(shorter)) == ends_in_a_name);
  }
  CHECK(decode_startup("\0\0\0\x0a\0\3\0\0\0x"s).error().fault == Fault::leftover);
  CHECK(decode_startup("\0\0\0\x09\0\2\0\0\0"s).error().fault == Fault::bad_value);
}

TEST_CASE("a cancel request carries a key of any length up to 256", "[protocol][startup]") {
  for (const std::size_t size : {std::size_t{4}, std::size_t{32}, std::size_t{256}}) {
    const std::string key(size, 'k');
    std::string out;
    encode(CancelRequest{42, key}, out);
    const auto cancel = decode_cancel_request(out);
    REQUIRE(cancel);
    CHECK(*cancel == CancelRequest{42, key});
    CHECK(startup_packet(out).raw == out);
  }
  std::string out;
  encode(CancelRequest{42, std::string(257, 'k')}, out);
  CHECK_FALSE(decode_cancel_request(out));
  CHECK_FALSE(decode_cancel_request("\0\0\0\x0c\x04\xd2\x16\x2e\0\0\0\1"s));
  CHECK_FALSE(decode_cancel_request("\0\0\0\x0a\x04\xd2\x16\x2e\0\0"s));
}
