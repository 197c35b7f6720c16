#include "journal/sha256.hpp"

#include "journal/event_json.hpp"
#include "tests/catch.hpp"

using namespace ride::journal;

TEST_CASE("SHA-256 of the standard's example, whole and in pieces", "[journal][sha256]") {
  const std::string expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  CHECK(to_hex(as_bytes(sha256("abc"))) == expected);
  Sha256 pieces;
  CHECK(to_hex(as_bytes(pieces.add("a").add("").add("bc").finish())) == expected);
  CHECK(to_hex(as_bytes(pieces.add("abc").finish())) == expected);  // as new after finish()
}
