// A conversation as the bytes of an input: a list of pieces, each of one side. A piece is either a
// message whose length is filled in here, or raw bytes, so that broken framing is found as well as
// broken order.
//
//   u8 control: 1 side | 1 framed | 6 size, then `size` bytes; the first byte of a framed piece is
//   its type
#pragma once

#include <string>

#include "fuzz/input.hpp"
#include "protocol/framer.hpp"

namespace ride::fuzz {

struct Piece {
  protocol::Side side = protocol::Side::client;
  std::string bytes;
};

inline Piece next_piece(Input& input) {
  const auto control = input.u8();
  const auto content = input.bytes(control & 0x3fU);
  Piece out{(control & 0x80U) != 0 ? protocol::Side::server : protocol::Side::client, {}};
  if ((control & 0x40U) == 0 || content.empty()) {
    out.bytes = content;
    return out;
  }
  const auto length = static_cast<std::uint8_t>(content.size() + 3);  // itself and the body
  out.bytes = {content.front(), '\0', '\0', '\0', static_cast<char>(length)};
  out.bytes += content.substr(1);
  return out;
}

// How much of a body a framer keeps: little, so that small inputs reach the limit, or the default.
inline std::uint32_t kept_bytes(std::uint8_t choice) {
  return choice % 2 == 0 ? protocol::kept_message_bytes_max : choice / 2U;
}

}  // namespace ride::fuzz
