// How a connection logs in: by which method, never with what.
#include "journal/fields.hpp"
#include "proxy/recorder.hpp"

namespace ride::proxy {

using journal::Field;

namespace {

// Names as pg_hba.conf has them. The client's own words are not recorded.
std::string_view method_of(std::uint32_t code) {
  switch (code) {
    case 3:
      return "password";
    case 5:
      return "md5";
    case 7:
      return "gss";
    case 9:
      return "sspi";
    case protocol::AuthenticationSasl::code:
      return "sasl";
    default:
      return "other";
  }
}

std::string_view method_of(std::string_view mechanism) {
  if (mechanism == "SCRAM-SHA-256") return "scram-sha-256";
  if (mechanism == "SCRAM-SHA-256-PLUS") return "scram-sha-256-plus";
  if (mechanism == "OAUTHBEARER") return "oauth";
  return "sasl";
}

// A text that lives for good, for the message's own does not.
std::string_view known_flag(std::string_view flag) {
  for (const std::string_view known : {"n", "y", "p=tls-server-end-point"})
    if (flag == known) return known;
  return "";
}

}  // namespace

void Recorder::reached(std::string server_tls, std::string_view binding) {
  server_tls_ = std::move(server_tls);
  binding_ = binding;
}

// What goes on with a method (8, 11, 12) and what ends it (0) is no other method.
void Recorder::authentication(std::uint32_t code) {
  if (code == 8 || code == 11 || code == 12) return;
  if (code != 0)
    authentication_ = method_of(code);
  else if (authentication_.empty())
    authentication_ = "none";
}

void Recorder::sasl_begun(const protocol::SaslInitialResponse& message) {
  authentication_ = method_of(message.mechanism);
  channel_binding_ = known_flag(message.channel_binding);
}

void Recorder::put_login(journal::FieldWriter& fields) {
  if (binding_.empty()) return;  // it never came to a server
  if (!server_tls_.empty()) fields.put(Field::server_tls, server_tls_);
  if (!authentication_.empty()) fields.put(Field::authentication, authentication_);
  if (!channel_binding_.empty()) fields.put(Field::channel_binding, channel_binding_);
  fields.put(Field::binding, binding_);
}

}  // namespace ride::proxy
