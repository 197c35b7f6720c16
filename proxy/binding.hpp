// What becomes of channel binding. SCRAM-SHA-256-PLUS ties the proof of a password to the
// certificate that the client saw; the server checks that it was its own. With a proxy in between
// that is a matter of which legs have TLS, and with which certificate:
//
//   client leg   server leg                  what happens
//   any          plain or a unix socket      the server offers no PLUS; nothing is touched
//   TLS          TLS, the same certificate   PLUS works from end to end; nothing is touched
//   plain        TLS                         PLUS is left out of the server's offer: libpq refuses
//                                            a server that offers it without TLS. The only bytes
//                                            that ever differ between the legs
//   TLS          TLS, another certificate    PLUS fails, as it must. Leaving it out fails too: the
//                                            client says that it could have bound, and the server,
//                                            which offered, refuses that. So clients are not led
//                                            here: see takes_tls()
//
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "proxy/options.hpp"

namespace ride::proxy {

enum class Binding : std::uint8_t {
  same_certificate,
  plain_server,
  plain_client,
  other_certificate,
};

Binding binding_of(bool client_tls, bool server_tls, bool same_certificate);

// Whether PLUS is left out of what the server offers.
constexpr bool hides_plus(Binding binding) { return binding == Binding::plain_client; }

// "same-certificate", as the journal and --explain name it.
std::string_view name_of(Binding binding);

// What is known of the two legs before a client comes.
struct Legs {
  bool has_certificate = false;  // we have one to show to clients
  ClientTls client_tls = ClientTls::automatic;
  bool server_tls = false;
  bool same_certificate = false;  // the server's is ours
};

// Whether a client that sends SSLRequest is given TLS. Where binding would fail, it is not: most
// clients then go on in plain and work, and those that insist on TLS say why they stop.
bool takes_tls(const Legs& legs);

// What a client of libpq's kind will meet with a SCRAM password, row by row.
struct Expectation {
  std::string_view sslmode;          // "disable", "prefer", "require"
  std::string_view channel_binding;  // "disable", "prefer", "require"
  bool direct = false;               // sslnegotiation=direct
  bool works = false;
  std::string_view what;  // what it gets, or why it does not work
};
std::vector<Expectation> expectations(const Legs& legs);

}  // namespace ride::proxy
