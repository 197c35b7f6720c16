// What a decoder and its encoder owe each other, whatever the bytes.
#pragma once

#include <string>

#include "fuzz/input.hpp"
#include "protocol/reader.hpp"

namespace ride::fuzz {

// closed: the last field has an end of its own, so that no prefix of a message is one.
// lossy: the struct leaves something of the message out.
enum class Codec { closed, open_ended, lossy };

template <typename Message>
void round_trip(Bytes body, protocol::Decoded<Message> (*decode)(Bytes), std::size_t header_bytes,
                Codec codec) {
  const auto message = decode(body);
  if (!message) return must(message.error().offset <= body.size(), "the fault is in the message");
  std::string out;
  encode(*message, out);
  const auto encoded = Bytes(out).substr(header_bytes);
  if (codec != Codec::lossy) must(encoded == body, "what was decoded is encoded to the same bytes");
  const auto again = decode(encoded);
  must(again && *again == *message, "what was encoded is decoded to the same message");
  if (codec != Codec::closed) return;
  for (std::size_t size = 0; size < body.size(); ++size)
    must(!decode(body.substr(0, size)), "no part of a message is a message");
}

}  // namespace ride::fuzz
