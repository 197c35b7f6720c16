// The one place where the client is not sent what the server said: see binding.hpp, `plain_client`.
#include "protocol/backend.hpp"
#include "protocol/sasl.hpp"
#include "proxy/session.hpp"

namespace ride::proxy {

namespace {

// Longer than any list of mechanisms; what is longer is passed on as it is.
constexpr std::uint32_t offer_bytes_max = 4'096;

std::uint32_t length_of(Bytes header) {
  std::uint32_t length = 0;
  for (const char byte : header.substr(1)) length = length << 8U | static_cast<unsigned char>(byte);
  return length;
}

bool comes_before_the_offer(char tag) {
  return tag == protocol::NegotiateProtocolVersion::tag ||
         tag == protocol::ErrorResponse::notice_tag;
}

}  // namespace

// Reads the server's messages up to its first about authentication, passes them on, and leaves
// PLUS out of that one. The client has nothing to say until then; what it sends ahead waits.
// Whatever goes wrong is met again by the relay.
Awaitable<void> Session::pass_offer_without_plus() {
  while (true) {
    std::string message(protocol::header_bytes, '\0');
    if (co_await server_->read_exactly(message.data(), message.size())) co_return;
    const char tag = message.front();
    const auto length = length_of(message);
    const bool readable = (tag == protocol::Authentication::tag || comes_before_the_offer(tag)) &&
                          length >= 4 && length <= offer_bytes_max;
    if (readable) {
      message.resize(1 + length);
      if (co_await server_->read_exactly(message.data() + protocol::header_bytes, length - 4))
        co_return;
    }
    const bool recordable = co_await ring_has_room();
    if (!recordable) co_return;
    recorder_->from_server(message, thread_.shared.clock.now_us());
    if (readable && tag == protocol::Authentication::tag) {
      auto shorter =
          protocol::without_channel_binding(Bytes(message).substr(protocol::header_bytes));
      if (!shorter.empty()) message = std::move(shorter);
    }
    if (co_await client_.write_all(message)) co_return;
    if (!readable || !comes_before_the_offer(tag)) co_return;
  }
}

}  // namespace ride::proxy
