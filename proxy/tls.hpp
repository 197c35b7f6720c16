// What OpenSSL is told for either leg: one context for the clients, one for the server. No sockets
// here; Leg does the handshakes.
//
// TLS 1.2 at least, no renegotiation, no compression, no session tickets: as PostgreSQL. Everything
// throws std::runtime_error with one line that names the file; never what is in it.
#pragma once

#include <string>
#include <string_view>

#include "proxy/openssl.hpp"
#include "proxy/options.hpp"

namespace ride::proxy {

// Null where there is no certificate. Clients that offer ALPN have to offer `postgresql`.
SslContext make_client_tls(const Options& options);

// Null where the mode is off.
SslContext make_upstream_tls(const UpstreamTls& options);

// What direct TLS has to have agreed on, and what we offer a server.
inline constexpr std::string_view alpn_protocol = "postgresql";
inline constexpr std::string_view alpn_offer = "\x0apostgresql";

// Refuses a private key that others can read, by PostgreSQL's rule: a regular file of our own with
// mode 0600 or less, or of root's with 0640 or less. (Root itself may also use another user's.)
void check_key_file(const std::string& path);

}  // namespace ride::proxy
