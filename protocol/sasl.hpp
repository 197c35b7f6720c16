// SASL's two messages that say in the clear which mechanism a log-in uses: what the server offers
// and what the client takes. Nothing else of an exchange is read anywhere: it proves a password.
// Manual: "SASL Authentication".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "protocol/reader.hpp"

namespace ride::protocol {

// Body of an Authentication message with this code.
struct AuthenticationSasl {
  static constexpr char tag = 'R';
  static constexpr std::uint32_t code = 10;
  std::vector<std::string_view> mechanisms = {};
  bool operator==(const AuthenticationSasl&) const = default;
};

struct SaslInitialResponse {
  static constexpr char tag = 'p';
  std::string_view mechanism = "";
  // Of SCRAM what stands before the first comma: "n" (no channel binding), "y" (the client could,
  // and was offered none) or "p=tls-server-end-point" (used); "" of anything else.
  std::string_view channel_binding = "";
  bool operator==(const SaslInitialResponse&) const = default;
};

Decoded<AuthenticationSasl> decode_authentication_sasl(Bytes body);
Decoded<SaslInitialResponse> decode_sasl_initial_response(Bytes body);

void encode(const AuthenticationSasl& message, std::string& out);
void encode(const SaslInitialResponse& message, std::string& out);

// The whole message without the mechanisms that bind to a TLS channel ("…-PLUS"); "" where there is
// nothing to leave out, or nothing would be left.
std::string without_channel_binding(Bytes body);

}  // namespace ride::protocol
