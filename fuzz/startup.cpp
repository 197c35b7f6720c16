// The first packets of a client: cut from the bytes so far, and decoded.
#include "protocol/startup.hpp"

#include "fuzz/round_trip.hpp"

namespace ride::fuzz {
namespace {

using namespace ride::protocol;

constexpr std::size_t length_bytes = 4;

void check_parameters(Bytes packet) {
  const auto message = decode_startup(packet);
  if (!message) return;
  const auto pairs = message->pairs();
  std::size_t bytes = 0;
  for (const auto& [name, value] : pairs) {
    bytes += name.size() + value.size() + 2;
    must(!name.empty(), "an empty name ends the list");
    must(message->parameter(name).has_value(), "a parameter of the list is found");
  }
  must(bytes == message->parameters.size(), "the list is all of it");
}

// The encoders write the length; everything behind it must come back as it was.
void check_packet(const StartupPacket& packet) {
  must(packet.raw.size() >= startup_bytes_min && packet.raw.size() <= startup_bytes_max,
       "a packet within its bounds");
  if (packet.kind == StartupKind::startup) {
    std::string out;
    const auto message = decode_startup(packet.raw);
    if (message) encode(*message, out);
    if (message) out.back() = packet.raw.back();  // may be any: see decode_startup()
    must(!message || out == packet.raw, "a start-up packet is encoded to the same bytes");
    check_parameters(packet.raw);
  }
  if (packet.kind == StartupKind::cancel_request) {
    std::string out;
    const auto message = decode_cancel_request(packet.raw);
    if (message) encode(*message, out);
    must(!message || out == packet.raw, "a cancel request is encoded to the same bytes");
  }
}

}  // namespace
}  // namespace ride::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ride::fuzz;
  Input input(data, size);
  const auto bytes = input.rest();
  using namespace ride::protocol;
  const auto packet = startup_packet(bytes);
  if (packet.kind != StartupKind::need_more && packet.kind != StartupKind::bad)
    check_packet(packet);

  // Until the packet is whole its kind is not known; from then on it does not change.
  const auto needed = packet.kind == StartupKind::bad ? length_bytes : packet.raw.size();
  for (std::size_t so_far = 0; so_far <= bytes.size(); ++so_far) {
    const auto kind = startup_packet(bytes.substr(0, so_far)).kind;
    const bool whole = packet.kind != StartupKind::need_more && so_far >= needed;
    must(kind == (whole ? packet.kind : StartupKind::need_more), "the kind of a packet half-way");
  }
  // Whoever calls a decoder without having cut a packet first.
  decode_startup(bytes);
  decode_cancel_request(bytes);
  return 0;
}
