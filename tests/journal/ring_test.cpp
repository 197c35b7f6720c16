#include "journal/ring.hpp"

#include <array>
#include <cstring>
#include <random>

#include "tests/catch.hpp"
#include "tests/journal/support.hpp"

using namespace ride::journal;
using ride::Bytes;

namespace {

constexpr std::uint64_t small = 64U << 10U;  // the smallest ring
constexpr std::size_t header_area = 64U << 10U;

void put(Ring& ring, Seq seq, Bytes body) {
  const std::array parts{body};
  ring.append(seq, Kind::query, 1, static_cast<std::int64_t>(seq), parts);
}

std::string body_of(Seq seq, std::size_t size) {
  return std::string(size, static_cast<char>('a' + seq % 26));
}

}  // namespace

TEST_CASE("a frame comes out of the ring as it went in", "[journal][ring]") {
  const TemporaryFolder folder;
  auto ring = Ring::create(folder / "r", 3, small, 42);
  CHECK(ring.id() == 3);
  CHECK(ring.file_id() == 42);
  CHECK_FALSE(ring.peek(0));
  const std::array parts{Bytes("SEL"), Bytes(), Bytes("ECT 1")};
  ring.append(9, Kind::parse, 5, -1, parts);
  const auto frame = ring.checked(0);
  REQUIRE(frame);
  CHECK(frame->seq == 9);
  CHECK(frame->kind == Kind::parse);
  CHECK(frame->connection == 5);
  CHECK(frame->at_us == -1);
  CHECK(frame->body == "SELECT 1");
  CHECK_FALSE(ring.peek(frame->end));
}

TEST_CASE("frames survive the wrap at every offset", "[journal][ring]") {
  const TemporaryFolder folder;
  auto ring = Ring::create(folder / "r", 0, small, 1);
  // A body of 8 bytes more each lap shifts the place at which the ring wraps through a whole frame.
  std::uint64_t position = 0;
  Seq seq = 0;
  for (std::size_t lap = 0; lap < 40; ++lap) {
    const std::size_t size = 1000 + lap * 8 + lap % 8;
    for (std::uint64_t written = 0; written < small; written += size) {
      ++seq;
      const auto body = body_of(seq, size);
      REQUIRE(ring.room(size));
      put(ring, seq, body);
      const auto frame = ring.checked(position);
      REQUIRE(frame);
      REQUIRE(frame->seq == seq);
      REQUIRE(frame->body == body);
      position = frame->end;
      ring.free_to(position);
    }
  }
}

TEST_CASE("random traffic through a small ring keeps order and bytes", "[journal][ring]") {
  const TemporaryFolder folder;
  auto ring = Ring::create(folder / "r", 0, small, 1);
  std::mt19937 random(7);
  std::uint64_t position = 0;
  Seq written = 0;
  Seq read = 0;
  while (read < 20'000) {
    const std::size_t size = (written + 1) % 3000;
    if (random() % 2 == 0 && ring.room(size)) {
      ++written;
      put(ring, written, body_of(written, written % 3000));
    } else if (const auto frame = ring.checked(position)) {
      ++read;
      REQUIRE(frame->seq == read);
      REQUIRE(frame->body == body_of(read, read % 3000));
      position = frame->end;
      if (random() % 4 == 0) ring.free_to(position);
    } else {
      ring.free_to(position);
    }
  }
}

TEST_CASE("a full ring says so, and has room again once it was drained", "[journal][ring]") {
  const TemporaryFolder folder;
  auto ring = Ring::create(folder / "r", 0, small, 1);
  const std::string body(1000, 'x');
  Seq seq = 0;
  while (ring.room(body.size())) put(ring, ++seq, body);
  CHECK(seq == (small - 8) / 1032);
  std::uint64_t position = 0;
  while (const auto frame = ring.checked(position)) position = frame->end;
  CHECK_FALSE(ring.room(body.size()));
  ring.free_to(position);
  CHECK(ring.free_bytes() == small - 8);
  CHECK(ring.room(ring.body_bytes_max()));
}

TEST_CASE("a ring that is full to the last byte does not show its oldest frame again",
          "[journal][ring]") {
  const TemporaryFolder folder;
  auto ring = Ring::create(folder / "r", 0, small, 1);
  put(ring, 1, std::string(small / 2 - 32, 'x'));
  put(ring, 2, std::string(small / 2 - 40, 'x'));
  while (ring.free_bytes() >= 32) put(ring, 3, "");
  std::uint64_t position = 0;
  while (const auto frame = ring.peek(position)) position = frame->end;
  CHECK(position == small - 8);
}

TEST_CASE("a frame cut at any byte is no frame", "[journal][ring]") {
  const TemporaryFolder folder;
  std::size_t end = 0;
  {
    auto ring = Ring::create(folder / "r", 0, small, 1);
    put(ring, 1, "first");
    put(ring, 2, "second, which is cut");
    end = ring.checked(ring.checked(0)->end)->end;
  }
  const auto whole = load(folder / "r");
  for (std::size_t cut = 40; cut < 40 + 32 + 20; ++cut) {
    // What was not written yet is zero; the machine may have written the length before the rest.
    auto torn = whole;
    std::fill(torn.begin() + static_cast<long>(header_area + cut), torn.end(), '\0');
    save(folder / "torn", torn);
    const auto ring = Ring::open(folder / "torn");
    REQUIRE(ring);
    const auto first = ring->checked(0);
    REQUIRE(first);
    CHECK(first->body == "first");
    CHECK_FALSE(ring->checked(first->end));
  }
  CHECK(end == 40 + 56);
}

TEST_CASE("a changed byte anywhere in a frame is found", "[journal][ring]") {
  const TemporaryFolder folder;
  put(*std::make_unique<Ring>(Ring::create(folder / "r", 0, small, 1)), 1, "a body of some bytes");
  const auto whole = load(folder / "r");
  for (std::size_t at = 0; at < 32 + 20; ++at) {
    auto changed = whole;
    changed[header_area + at] = static_cast<char>(changed[header_area + at] ^ 0x10);
    save(folder / "changed", changed);
    CHECK_FALSE(Ring::open(folder / "changed")->checked(0));
  }
}

TEST_CASE("a client whose bytes look like frames cannot make one out of an old lap",
          "[journal][ring]") {
  const TemporaryFolder folder;
  auto ring = Ring::create(folder / "r", 0, small, 1);
  // The attacker even knows a frame that was valid in this ring, and fills a lap with copies of it.
  put(ring, 1, std::string(8, 'x'));
  const std::string forged = load(folder / "r").substr(header_area, 40);
  std::string payload;
  while (payload.size() + forged.size() < ring.body_bytes_max()) payload += forged;
  std::uint64_t position = ring.checked(0)->end;
  Seq seq = 1;
  const auto hostile_lap = [&] {
    while (ring.room(payload.size())) put(ring, ++seq, payload);
    while (const auto frame = ring.peek(position)) position = frame->end;
    ring.free_to(position);
  };
  for (int lap = 0; lap < 5; ++lap) hostile_lap();
  CHECK_FALSE(ring.peek(position));
  put(ring, ++seq, "genuine");
  const auto genuine = ring.checked(position);
  REQUIRE(genuine);
  CHECK(genuine->body == "genuine");
  CHECK_FALSE(ring.peek(genuine->end));

  // And had the machine died with the old lap's bytes still in place, position and key would not
  // fit.
  auto image = load(folder / "r");
  for (std::size_t at = 0; at + forged.size() <= small; at += 8)
    std::copy(forged.begin(), forged.end(), image.begin() + static_cast<long>(header_area + at));
  save(folder / "stale", image);
  const auto stale = Ring::open(folder / "stale");
  for (std::uint64_t at = small; at < 2 * small; at += 8) REQUIRE_FALSE(stale->checked(at));
}

TEST_CASE("a ring whose making was cut off is empty, and another file is no ring",
          "[journal][ring]") {
  const TemporaryFolder folder;
  save(folder / "empty", "");
  CHECK_FALSE(Ring::open(folder / "empty"));
  save(folder / "reserved", std::string(header_area + small, '\0'));
  CHECK_FALSE(Ring::open(folder / "reserved"));
  save(folder / "other", std::string(header_area + small, 'x'));
  CHECK(contains(error_of([&] { Ring::open(folder / "other"); }), "is not a whole ring"));
  { Ring::create(folder / "cut", 0, small, 1); }
  std::filesystem::resize_file(folder / "cut", header_area + small / 2);
  CHECK(contains(error_of([&] { Ring::open(folder / "cut"); }), "is not a whole ring"));
}

TEST_CASE("a ring that cannot be made names its path", "[journal][ring]") {
  const TemporaryFolder folder;
  CHECK(contains(error_of([&] { Ring::create(folder / "no/r", 0, small, 1); }),
                 "no/r: cannot create the ring"));
}
