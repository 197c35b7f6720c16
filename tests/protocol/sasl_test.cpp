#include "protocol/sasl.hpp"

#include "tests/protocol/codec.hpp"

using namespace ride;
using namespace ride::protocol;
using namespace ride::protocol::test;
using namespace std::string_literals;

TEST_CASE("SASL's two messages in the clear survive their codecs", "[protocol]") {
  check_codec(AuthenticationSasl{{"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"}},
              decode_authentication_sasl);
  for (const auto* flag : {"n", "y", "p=tls-server-end-point"})
    check_codec(SaslInitialResponse{"SCRAM-SHA-256", flag}, decode_sasl_initial_response);
  CHECK_FALSE(decode_authentication_sasl("\0\0\0\x0bSCRAM\0\0"s));
}

TEST_CASE("of a SASL response nothing is handed out but the mechanism and a known flag",
          "[protocol]") {
  const auto flag_of = [](const std::string& mechanism, const std::string& data) {
    auto body = mechanism + '\0' + "\0\0\0"s + static_cast<char>(data.size()) + data;
    const auto decoded = decode_sasl_initial_response(body);
    REQUIRE(decoded);
    return std::string(decoded->channel_binding);
  };
  CHECK(flag_of("SCRAM-SHA-256", "y,,n=,r=nonce") == "y");
  CHECK(flag_of("SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,n=,r=nonce") ==
        "p=tls-server-end-point");
  CHECK(flag_of("SCRAM-SHA-256", "secret,,n=") == "");
  CHECK(flag_of("SCRAM-SHA-256", "n") == "");
  CHECK(flag_of("OAUTHBEARER", "n,,\1auth=Bearer secret\1\1") == "");
}

TEST_CASE("wire 7: PLUS alone is left out of an offer, and never the last mechanism",
          "[protocol][wire]") {
  const auto offer = [](std::vector<std::string_view> mechanisms) {
    std::string out;
    encode(AuthenticationSasl{std::move(mechanisms)}, out);
    return out;
  };
  const auto shorten = [](const std::string& message) {
    return without_channel_binding(Bytes(message).substr(5));
  };
  CHECK(shorten(offer({"SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"})) == offer({"SCRAM-SHA-256"}));
  CHECK(shorten(offer({"OAUTHBEARER", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"})) ==
        offer({"OAUTHBEARER", "SCRAM-SHA-256"}));
  CHECK(shorten(offer({"SCRAM-SHA-256"})) == "");
  CHECK(shorten(offer({"SCRAM-SHA-256-PLUS"})) == "");
  CHECK(shorten("R\0\0\0\x08\0\0\0\0"s) == "");
}
