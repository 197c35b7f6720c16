// The packets a client sends before messages have types, and how to cut one from the bytes so far.
//
//      0            4            8
//      ┌────────────┬────────────┬──────────────────┐
//      │ length, BE │ code, BE   │ length - 8 bytes  │   the length counts itself
//      └────────────┴────────────┴──────────────────┘
//
// Direct TLS (first byte 0x16) is none of these: its length would be out of bounds, look for it
// first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "protocol/reader.hpp"

namespace ride::protocol {

inline constexpr std::uint32_t startup_bytes_min = 8;
inline constexpr std::uint32_t startup_bytes_max =
    10'004;  // PostgreSQL's MAX_STARTUP_PACKET_LENGTH + 4
inline constexpr std::uint32_t ssl_request_code = 80'877'103;
inline constexpr std::uint32_t gssenc_request_code = 80'877'104;
inline constexpr std::uint32_t cancel_request_code = 80'877'102;

enum class StartupKind : std::uint8_t {
  need_more,       // read on
  startup,         // protocol 3.x: decode_startup()
  ssl_request,     //
  gssenc_request,  //
  cancel_request,  // decode_cancel_request()
  other,           // any other code (protocol 2.0, 4.0 …): the server knows what to say to it
  bad,             // a length no start-up packet has; nothing behind it can be told apart
};

struct StartupPacket {
  StartupKind kind = StartupKind::need_more;
  Bytes raw;               // the whole packet, length included; bytes may follow it in the buffer
  std::uint32_t code = 0;  // protocol version (major << 16 | minor) or request code
};

StartupPacket startup_packet(Bytes so_far);

struct StartupMessage {
  std::uint32_t protocol = 3U << 16U;
  Bytes parameters;  // (name NUL value NUL)*, without the last NUL

  // The value of one parameter; of several with the same name the last one, as in PostgreSQL.
  std::optional<std::string_view> parameter(std::string_view name) const;
  std::vector<std::pair<std::string_view, std::string_view>> pairs() const;
  bool operator==(const StartupMessage&) const = default;
};

struct CancelRequest {
  std::uint32_t pid = 0;
  Bytes key;  // 4 bytes in protocol 3.0, up to 256 in 3.2. A secret: compare it, never store it.
  bool operator==(const CancelRequest&) const = default;
};

// Of the whole packet, as startup_packet() cut it.
Decoded<StartupMessage> decode_startup(Bytes raw);
Decoded<CancelRequest> decode_cancel_request(Bytes raw);

void encode(const StartupMessage& message, std::string& out);
void encode(const CancelRequest& message, std::string& out);
void encode_ssl_request(std::string& out);
void encode_gssenc_request(std::string& out);

}  // namespace ride::protocol
