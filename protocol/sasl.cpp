#include "protocol/sasl.hpp"

#include "protocol/writer.hpp"

namespace ride::protocol {
namespace {

// Texts of a fixed small set, so that nothing of a client's secret can pass for one of them.
std::string_view binding_flag(Bytes data) {
  const auto flag = data.substr(0, data.find(','));
  for (const std::string_view known : {"n", "y", "p=tls-server-end-point"})
    if (flag == known && flag.size() < data.size()) return flag;
  return "";
}

}  // namespace

Decoded<AuthenticationSasl> decode_authentication_sasl(Bytes body) {
  Reader in(AuthenticationSasl::tag, body);
  AuthenticationSasl out;
  if (in.u32() != AuthenticationSasl::code) in.fail(Fault::bad_value);
  for (auto name = in.cstring(); !name.empty() && !in.error(); name = in.cstring())
    out.mechanisms.push_back(name);
  return in.finish(std::move(out));
}

Decoded<SaslInitialResponse> decode_sasl_initial_response(Bytes body) {
  Reader in(SaslInitialResponse::tag, body);
  SaslInitialResponse out;
  out.mechanism = in.cstring();
  const auto data = in.value();
  const bool scram = out.mechanism.starts_with("SCRAM-SHA-256");
  if (data && scram) out.channel_binding = binding_flag(*data);
  return in.finish(out);
}

void encode(const AuthenticationSasl& message, std::string& out) {
  Writer writer(AuthenticationSasl::tag, out);
  writer.u32(AuthenticationSasl::code);
  for (const auto mechanism : message.mechanisms) writer.cstring(mechanism);
  writer.u8(0);
}

void encode(const SaslInitialResponse& message, std::string& out) {
  Writer writer(SaslInitialResponse::tag, out);
  writer.cstring(message.mechanism);
  writer.value(std::string(message.channel_binding) + ",,");
}

std::string without_channel_binding(Bytes body) {
  std::string out;
  auto offer = decode_authentication_sasl(body);
  if (!offer) return out;
  auto kept = *offer;
  std::erase_if(kept.mechanisms, [](std::string_view name) { return name.ends_with("-PLUS"); });
  const bool changed = kept.mechanisms.size() != offer->mechanisms.size();
  if (changed && !kept.mechanisms.empty()) encode(kept, out);
  return out;
}

}  // namespace ride::protocol
