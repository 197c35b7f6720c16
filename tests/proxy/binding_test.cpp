#include "proxy/binding.hpp"

#include <algorithm>
#include <string>

#include "tests/catch.hpp"

using namespace ride::proxy;

namespace {

Expectation row(const Legs& legs, std::string_view sslmode, std::string_view channel_binding,
                bool direct = false) {
  for (const auto& found : expectations(legs))
    if (found.sslmode == sslmode && found.channel_binding == channel_binding &&
        found.direct == direct)
      return found;
  FAIL("no such row");
  return {};
}

}  // namespace

TEST_CASE("what binding meets follows from which legs have TLS, and whose certificate", "[proxy]") {
  CHECK(binding_of(true, true, true) == Binding::same_certificate);
  CHECK(binding_of(true, true, false) == Binding::other_certificate);
  CHECK(binding_of(true, false, false) == Binding::plain_server);
  CHECK(binding_of(false, false, false) == Binding::plain_server);
  CHECK(binding_of(false, true, true) == Binding::plain_client);
  for (const auto binding :
       {Binding::same_certificate, Binding::plain_server, Binding::other_certificate})
    CHECK_FALSE(hides_plus(binding));
  CHECK(hides_plus(Binding::plain_client));
}

TEST_CASE("TLS is not given where its channel binding would fail, unless it is wanted always",
          "[proxy]") {
  Legs legs{.has_certificate = true, .server_tls = true, .same_certificate = false};
  CHECK_FALSE(takes_tls(legs));
  legs.client_tls = ClientTls::always;
  CHECK(takes_tls(legs));
  legs = {.has_certificate = true, .server_tls = true, .same_certificate = true};
  CHECK(takes_tls(legs));
  legs = {.has_certificate = true, .server_tls = false};
  CHECK(takes_tls(legs));
  legs.has_certificate = false;
  CHECK_FALSE(takes_tls(legs));
}

TEST_CASE("a client that leaves everything at its default works in every situation", "[proxy]") {
  for (const bool certificate : {false, true})
    for (const bool server_tls : {false, true})
      for (const bool same : {false, true})
        for (const auto client_tls : {ClientTls::automatic, ClientTls::always}) {
          const Legs legs{certificate, client_tls, server_tls, certificate && server_tls && same};
          INFO(certificate << server_tls << same << static_cast<int>(client_tls));
          CHECK(row(legs, "prefer", "prefer").works);
          CHECK(row(legs, "disable", "prefer").works);
          CHECK(expectations(legs).size() == 12);
        }
}

TEST_CASE("binding that is required works with the server's own certificate alone", "[proxy]") {
  CHECK(row({true, ClientTls::automatic, true, true}, "require", "require").works);
  CHECK(row({true, ClientTls::automatic, true, true}, "require", "require", true).works);
  CHECK_FALSE(row({true, ClientTls::automatic, true, true}, "disable", "require").works);
  CHECK_FALSE(row({true, ClientTls::automatic, false, false}, "require", "require").works);
  CHECK_FALSE(row({true, ClientTls::always, true, false}, "require", "require").works);
}
