// Against the example of RFC 7677, and what OpenSSL computed for one iteration.
#include "sandbox/scram.hpp"

#include "tests/catch.hpp"

using ride::Secret;
using ride::sandbox::scram_verifier;

namespace {

const std::string salt("\x5b\x6d\x99\x68\x9d\x12\x35\x8e\xec\xa0\x4b\x14\x12\x36\xfa\x81", 16);

}  // namespace

TEST_CASE("a verifier is the one that PostgreSQL would store", "[sandbox]") {
  CHECK(scram_verifier(Secret("pencil"), salt, 4096) ==
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
        "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=");
  CHECK(scram_verifier(Secret("pencil"), salt) ==
        "SCRAM-SHA-256$1:W22ZaJ0SNY7soEsUEjb6gQ==$bzcn5wYzlcMpEXczzDM1iuyLhni5BVbqsm82vjMHWXI=:"
        "fg/vS0Y425LcbLGWSqdzrFlRn9451QblzgpwLQYoXCI=");
}

TEST_CASE("a password longer than a block of the hash and any length of salt are taken",
          "[sandbox]") {
  const auto long_one = scram_verifier(Secret(std::string(100, 'x')), "s");
  CHECK(long_one.starts_with("SCRAM-SHA-256$1:cw==$"));
  CHECK(scram_verifier(Secret("x"), "ab").starts_with("SCRAM-SHA-256$1:YWI=$"));
  CHECK(scram_verifier(Secret("x"), "abc").starts_with("SCRAM-SHA-256$1:YWJj$"));
}
