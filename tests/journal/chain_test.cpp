#include "journal/chain.hpp"

#include "journal/event_json.hpp"
#include "tests/catch.hpp"

using namespace ride::journal;

namespace {

std::string hex(const Digest& digest) { return to_hex(as_bytes(digest)); }

}  // namespace

TEST_CASE("the chain's hashes are those that the format's page defines", "[journal][chain]") {
  // By Python: sha256(head + struct.pack('<QqIIB', seq, at_us, attempt, connection, kind) + body)
  Chain chain;
  CHECK(chain.state() == ChainState());
  CHECK(chain.add(1, 0, Kind::run_began, 1795576468123456, 0,
                  "\x15\x02"
                  "ab") == 1042578);
  CHECK(hex(chain.state().head) ==
        "0fe89202fa527c48e0204fed1f2f18623b700b8a0d172109b5190de3aea04344");
  CHECK(chain.add(2, 1, Kind::query, -5, 7, std::string(600, 'x')) == 4949694);
  CHECK(hex(chain.state().head) ==
        "4b86be0d58542710225c31b482f69973da98b468156bada3bf201b82f1f275f2");
  CHECK(chain.state().size == 2);
}

TEST_CASE("a link is the signed number of the hash's first three bytes", "[journal][chain]") {
  Digest hash{};
  CHECK(link_of(hash) == 0);
  hash = {0x7f, 0xff, 0xff, 0x80};
  CHECK(link_of(hash) == 8388607);
  hash[0] = 0x80;
  CHECK(link_of(hash) == -8388608 + 0xffff);
  hash = {0xff, 0xff, 0xff, 0x01};
  CHECK(link_of(hash) == -1);
}

TEST_CASE("every part of an event is in its hash, and so is its place", "[journal][chain]") {
  const auto head_of = [](Seq seq, std::uint32_t attempt, Kind kind, std::int64_t at_us,
                          ConnectionId connection, ride::Bytes body, const ChainState& from = {}) {
    Chain chain(from);
    chain.add(seq, attempt, kind, at_us, connection, body);
    return chain.state().head;
  };
  const auto head = head_of(1, 1, Kind::hint, 1, 1, "a");
  CHECK(head == head_of(1, 1, Kind::hint, 1, 1, "a"));
  CHECK(head != head_of(2, 1, Kind::hint, 1, 1, "a"));
  CHECK(head != head_of(1, 2, Kind::hint, 1, 1, "a"));
  CHECK(head != head_of(1, 1, Kind::fence, 1, 1, "a"));
  CHECK(head != head_of(1, 1, Kind::hint, 2, 1, "a"));
  CHECK(head != head_of(1, 1, Kind::hint, 1, 2, "a"));
  CHECK(head != head_of(1, 1, Kind::hint, 1, 1, "b"));
  CHECK(head != head_of(1, 1, Kind::hint, 1, 1, ""));
  CHECK(head != head_of(1, 1, Kind::hint, 1, 1, "a", {0, head}));
}
