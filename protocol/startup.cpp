#include "protocol/startup.hpp"

#include "protocol/writer.hpp"

namespace ride::protocol {

namespace {

constexpr std::uint32_t cancel_key_bytes_max = 256;

StartupKind kind_of(std::uint32_t code) {
  if (code == ssl_request_code) return StartupKind::ssl_request;
  if (code == gssenc_request_code) return StartupKind::gssenc_request;
  if (code == cancel_request_code) return StartupKind::cancel_request;
  return code >> 16U == 3 ? StartupKind::startup : StartupKind::other;
}

// Reads length and code of a packet that must be whole.
std::uint32_t header(Reader& in, Bytes raw) {
  const auto length = in.u32();
  if (length != raw.size()) in.fail(Fault::bad_length);
  return in.u32();
}

}  // namespace

StartupPacket startup_packet(Bytes so_far) {
  Reader in(0, so_far);
  const auto length = in.u32();
  if (in.error()) return {};
  if (length < startup_bytes_min || length > startup_bytes_max)
    return {StartupKind::bad, so_far, 0};
  if (so_far.size() < length) return {};
  const auto code = in.u32();
  return {kind_of(code), so_far.substr(0, length), code};
}

std::optional<std::string_view> StartupMessage::parameter(std::string_view name) const {
  std::optional<std::string_view> out;
  for (const auto& [key, value] : pairs())
    if (key == name) out = value;
  return out;
}

std::vector<std::pair<std::string_view, std::string_view>> StartupMessage::pairs() const {
  std::vector<std::pair<std::string_view, std::string_view>> out;
  Reader in(0, parameters);
  while (in.left() > 0 && !in.error()) {
    const auto name = in.cstring();
    const auto value = in.cstring();
    if (!in.error()) out.emplace_back(name, value);
  }
  return out;
}

Decoded<StartupMessage> decode_startup(Bytes raw) {
  Reader in(0, raw);
  StartupMessage out;
  out.protocol = header(in, raw);
  if (!in.error() && out.protocol >> 16U != 3) in.fail(Fault::bad_value);
  const auto begin = in.offset();
  for (auto end = begin; !in.error(); end = in.offset()) {
    // The last byte ends the parameters: NUL, or any other, which PostgreSQL takes for a name
    // without a value and does not look at. Who is let in must not be unreadable here.
    if (in.left() == 1) in.skip_to_end();
    if (in.left() == 0 || in.cstring().empty()) {
      if (end == raw.size()) in.fail(Fault::truncated);
      out.parameters = raw.substr(begin, end - begin);
      break;
    }
    in.cstring();
  }
  return in.finish(out);
}

Decoded<CancelRequest> decode_cancel_request(Bytes raw) {
  Reader in(0, raw);
  CancelRequest out;
  if (header(in, raw) != cancel_request_code) in.fail(Fault::bad_value);
  out.pid = in.u32();
  if (in.left() == 0 || in.left() > cancel_key_bytes_max) in.fail(Fault::bad_length);
  out.key = in.rest();
  return in.finish(out);
}

void encode(const StartupMessage& message, std::string& out) {
  Writer to(0, out);
  to.u32(message.protocol);
  to.bytes(message.parameters);
  to.u8(0);
}

void encode(const CancelRequest& message, std::string& out) {
  Writer to(0, out);
  to.u32(cancel_request_code);
  to.u32(message.pid);
  to.bytes(message.key);
}

void encode_ssl_request(std::string& out) { Writer(0, out).u32(ssl_request_code); }

void encode_gssenc_request(std::string& out) { Writer(0, out).u32(gssenc_request_code); }

}  // namespace ride::protocol
