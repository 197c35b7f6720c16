#include "tests/proxy/differential/sequence.hpp"

namespace ride::test {

using namespace std::string_literals;

Sequence Sequence::closed_by_server() const {
  auto copy = *this;
  copy.server_closes = true;
  return copy;
}

Sequence Sequence::not_readable() const {
  auto copy = *this;
  copy.unreadable = true;
  return copy;
}

Sequence Sequence::answered_by_proxy() const {
  auto copy = *this;
  copy.proxy_answers = true;
  return copy;
}

Sequence Sequence::sent_at_once() const {
  auto copy = *this;
  copy.all_at_once = true;
  return copy;
}

Sequence Sequence::never_relayed() const {
  auto copy = *this;
  copy.not_relayed = true;
  return copy;
}

Sequence Sequence::with_wal_position() const {
  auto copy = *this;
  copy.tells_wal_position = true;
  return copy;
}

void encode(const Raw& message, std::string& out) { out += message.bytes; }

Step ssl_request() {
  Step step{.awaits_byte = true};
  protocol::encode_ssl_request(step.bytes);
  return step;
}

Step gssenc_request() {
  Step step{.awaits_byte = true};
  protocol::encode_gssenc_request(step.bytes);
  return step;
}

std::string start_up(const std::string& more, std::uint32_t version) {
  const auto parameters = "user\0oncall\0database\0postgres\0"s + more;
  std::string out;
  protocol::encode(protocol::StartupMessage{.protocol = version, .parameters = parameters}, out);
  return out;
}

std::string packet(const std::string& body) {
  const auto length = body.size() + 4;
  std::string out;
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    out.push_back(static_cast<char>(length >> shift & 0xffU));
  return out + body;
}

}  // namespace ride::test
