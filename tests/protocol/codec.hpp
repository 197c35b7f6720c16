// What every decoder must do, whatever the message: called by the tests of the three codecs.
#pragma once

#include <string>

#include "protocol/reader.hpp"
#include "tests/catch.hpp"

namespace ride::protocol::test {

// The body of an encoded message.
template <typename Message>
std::string body_of(const Message& message) {
  std::string out;
  encode(message, out);
  return out.substr(5);
}

// decode(encode(x)) == x; no truncation decodes
// and neither does the message with a byte behind it, unless its last field is open-ended.
template <typename Message>
void check_codec(const Message& message, Decoded<Message> (*decode)(Bytes),
                 bool open_ended = false) {
  const auto body = body_of(message);
  const auto decoded = decode(body);
  REQUIRE(decoded);
  CHECK(*decoded == message);

  for (std::size_t size = 0; size < body.size(); ++size) {
    const auto truncated = decode(Bytes(body).substr(0, size));
    INFO("truncated to " << size << " of " << body.size());
    if (open_ended && truncated) continue;
    REQUIRE_FALSE(truncated);
    CHECK(truncated.error().tag == Message::tag);
    CHECK(truncated.error().offset <= size);
  }
  if (open_ended) return;
  const auto longer = decode(body + "x");
  REQUIRE_FALSE(longer);
  CHECK(longer.error().fault == Fault::leftover);
}

}  // namespace ride::protocol::test
