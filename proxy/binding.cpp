#include "proxy/binding.hpp"

namespace ride::proxy {

Binding binding_of(bool client_tls, bool server_tls, bool same_certificate) {
  if (!server_tls) return Binding::plain_server;
  if (!client_tls) return Binding::plain_client;
  return same_certificate ? Binding::same_certificate : Binding::other_certificate;
}

std::string_view name_of(Binding binding) {
  switch (binding) {
    case Binding::same_certificate:
      return "same-certificate";
    case Binding::plain_server:
      return "plain-server";
    case Binding::plain_client:
      return "plain-client";
    case Binding::other_certificate:
      return "other-certificate";
  }
  return "";
}

bool takes_tls(const Legs& legs) {
  if (!legs.has_certificate) return false;
  return legs.client_tls == ClientTls::always || !legs.server_tls || legs.same_certificate;
}

namespace {

Expectation in_plain(Expectation row) {
  row.works = row.channel_binding != "require";
  row.what =
      row.works ? "plain, SCRAM-SHA-256" : "refused by the client: channel binding needs TLS";
  return row;
}

Expectation through_tls(const Legs& legs, Expectation row) {
  switch (binding_of(true, legs.server_tls, legs.same_certificate)) {
    case Binding::same_certificate:
      row.works = true;
      row.what = row.channel_binding == "disable" ? "TLS, SCRAM-SHA-256"
                                                  : "TLS, SCRAM-SHA-256-PLUS from end to end";
      break;
    case Binding::plain_client:  // not with TLS on the client's leg
    case Binding::plain_server:
      row.works = row.channel_binding != "require";
      row.what = row.works ? "TLS, SCRAM-SHA-256"
                           : "refused by the client: the server, asked in plain, offers no "
                             "channel binding";
      break;
    case Binding::other_certificate:
      row.works = row.channel_binding == "disable";
      row.what = row.works ? "TLS, SCRAM-SHA-256"
                           : "refused by the server: the client saw ride's certificate, not its";
      // libpq's second attempt. Where binding is demanded, the client itself stops that one.
      if (row.sslmode == "prefer" && row.channel_binding == "prefer") {
        row.works = true;
        row.what = "refused with TLS as above, then plain, SCRAM-SHA-256";
      }
      break;
  }
  return row;
}

Expectation expect(const Legs& legs, Expectation row) {
  const bool asks = row.sslmode != "disable";
  const bool gets = asks && (row.direct ? legs.has_certificate : takes_tls(legs));
  if (gets) return through_tls(legs, row);
  if (row.sslmode != "require") return in_plain(row);
  row.what = "refused by the client: it was not given TLS";
  return row;
}

}  // namespace

std::vector<Expectation> expectations(const Legs& legs) {
  std::vector<Expectation> out;
  for (const std::string_view sslmode : {"disable", "prefer", "require"})
    for (const bool direct : {false, true})
      for (const std::string_view channel_binding : {"disable", "prefer", "require"})
        if (!direct || sslmode == "require")  // libpq allows direct TLS only where it is required
          out.push_back(expect(legs, {sslmode, channel_binding, direct, false, ""}));
  return out;
}

}  // namespace ride::proxy
