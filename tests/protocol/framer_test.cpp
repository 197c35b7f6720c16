#include "protocol/framer.hpp"

#include <string>
#include <vector>

#include "protocol/messages.hpp"
#include "tests/catch.hpp"

using namespace ride;
using namespace ride::protocol;
using namespace std::string_literals;

namespace {

struct Owned {
  char tag;
  std::string body;
  std::uint64_t body_bytes;
  bool whole;
  bool operator==(const Owned&) const = default;
};

std::vector<Owned> drain(Framer& framer, Bytes chunk) {
  std::vector<Owned> out;
  framer.feed(chunk);
  while (const auto frame = framer.next())
    out.push_back({frame->tag, std::string(frame->body), frame->body_bytes, frame->whole});
  return out;
}

std::vector<Owned> in_chunks_of(Bytes stream, std::size_t size, std::uint32_t kept) {
  Framer framer(Side::client, kept);
  std::vector<Owned> out;
  for (std::size_t at = 0; at < stream.size(); at += size)
    for (auto& frame : drain(framer, stream.substr(at, size))) out.push_back(std::move(frame));
  CHECK(framer.between_messages());
  return out;
}

std::string sample() {
  std::string out;
  encode(Query{"select 1"}, out);
  encode(Sync{}, out);
  encode(Parse{"s", "select $1", Bytes("\0\0\0\x17", 4)}, out);
  encode(CopyData{std::string(100, 'x')}, out);
  encode(CopyData{""}, out);
  encode(Terminate{}, out);
  return out;
}

}  // namespace

TEST_CASE("a stream cut at every byte gives the same frames", "[protocol][framer]") {
  const auto stream = sample();
  for (const std::uint32_t kept : {1000U, 20U, 0U}) {
    const auto expected = in_chunks_of(stream, stream.size(), kept);
    REQUIRE(expected.size() == 6);
    for (std::size_t size = 1; size < stream.size(); ++size)
      REQUIRE(in_chunks_of(stream, size, kept) == expected);
    for (std::size_t cut = 1; cut < stream.size(); ++cut) {
      Framer framer(Side::client, kept);
      auto frames = drain(framer, Bytes(stream).substr(0, cut));
      for (auto& frame : drain(framer, Bytes(stream).substr(cut))) frames.push_back(frame);
      REQUIRE(frames == expected);
    }
  }
}

TEST_CASE("a message in one piece is a view into the chunk", "[protocol][framer]") {
  const auto stream = sample();
  Framer framer(Side::client);
  framer.feed(stream);
  const auto frame = framer.next();
  REQUIRE(frame);
  CHECK(frame->tag == 'Q');
  CHECK(frame->body.data() == stream.data() + 5);
  CHECK(frame->body == "select 1\0"s);
  CHECK(frame->whole);
}

TEST_CASE("of an oversize message the beginning is kept and the length is true",
          "[protocol][framer]") {
  std::string stream;
  encode(CopyData{std::string(100'000, 'x')}, stream);
  for (const std::size_t chunk : {std::size_t{7}, std::size_t{4096}, stream.size()}) {
    const auto frames = in_chunks_of(stream, chunk, 64);
    REQUIRE(frames.size() == 1);
    CHECK(frames[0] == Owned{'d', std::string(64, 'x'), 100'000, false});
  }
}

TEST_CASE("a message up to 1 GiB costs no more memory than the limit", "[protocol][framer]") {
  Framer framer(Side::server, 1000);
  CHECK(drain(framer, "D\x40\0\0\0"s).empty());  // a length of 2^30
  const std::string chunk(1U << 20U, 'x');
  for (int i = 0; i < 1023; ++i) CHECK(drain(framer, chunk).empty());
  CHECK(framer.held_bytes() <= 1024);
  const auto frames = drain(framer, chunk.substr(4));
  REQUIRE(frames.size() == 1);
  CHECK(frames[0].body_bytes == (1U << 30U) - 4);
  CHECK(frames[0].body.size() == 1000);
}

TEST_CASE("messages passed over are those of one type that are whole, counted",
          "[protocol][framer]") {
  std::string stream;
  for (const int size : {3, 100, 0}) encode(CopyData{std::string(size, 'x')}, stream);
  const auto copied = stream.size();
  encode(CopyDone{}, stream);
  encode(CopyData{"later"}, stream);
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    Framer framer(Side::server);
    framer.feed(Bytes(stream).substr(0, cut));
    const auto first = framer.skip('d');
    const auto whole = cut >= copied ? 3U : cut >= copied - 5 ? 2U : cut >= 8 ? 1U : 0U;
    CHECK(first.messages == whole);
    CHECK(first.body_bytes == (whole > 1 ? 103U : whole * 3));
    auto rest = whole;
    while (framer.next()) ++rest;
    framer.feed(Bytes(stream).substr(cut));
    while (framer.next()) ++rest;
    CHECK(rest == 5);  // none is lost, none counted twice
  }
}

TEST_CASE("an idle framer holds no memory", "[protocol][framer]") {
  Framer framer(Side::client);
  const auto empty = framer.held_bytes();
  std::string stream;
  encode(Query{std::string(10'000, 'x')}, stream);
  CHECK(drain(framer, Bytes(stream).substr(0, 5000)).empty());
  CHECK(framer.held_bytes() > empty);
  CHECK(drain(framer, Bytes(stream).substr(5000)).size() == 1);
  CHECK(framer.held_bytes() == empty);
}

TEST_CASE("an impossible length breaks the framer once, and what came before stands",
          "[protocol][framer]") {
  const auto length = GENERATE("\0\0\0\0"s, "\0\0\0\3"s, "\x40\0\0\1"s, "\xff\xff\xff\xff"s,
                               "\x7f\xff\xff\xff"s, "\x80\0\0\0"s);
  Framer framer(Side::server);
  std::string stream;
  encode(ReadyForQuery{}, stream);
  stream += "D" + length + "whatever";
  CHECK(drain(framer, stream).size() == 1);
  CHECK(framer.broken());
  CHECK(framer.take_failure() == DecodeError{Fault::bad_length, 'D', 0});
  CHECK(framer.take_failure() == std::nullopt);
  CHECK(drain(framer, sample()).empty());
  CHECK(framer.take_failure() == std::nullopt);
}

TEST_CASE("a type that no client sends breaks the client's framer at its first byte",
          "[protocol][framer]") {
  Framer client(Side::client);
  CHECK(drain(client, "T").empty());
  CHECK(client.take_failure() == DecodeError{Fault::unknown_type, 'T', 0});

  Framer server(Side::server);
  CHECK(drain(server, "y\0\0\0\4"s).size() == 1);
  CHECK_FALSE(server.broken());
}
