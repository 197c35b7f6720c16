// The first packets of a client: TLS or not, and what it has come for.
#include "protocol/startup.hpp"

#include <spdlog/spdlog.h>

#include <array>

#include "protocol/backend.hpp"
#include "proxy/session.hpp"

namespace ride::proxy {

using protocol::StartupKind;

namespace {

constexpr std::size_t length_bytes = 4;
constexpr char tls_handshake_byte = 0x16;

std::uint32_t read_length(Bytes bytes) {
  std::uint32_t length = 0;
  for (const char byte : bytes.substr(0, length_bytes))
    length = length << 8U | static_cast<unsigned char>(byte);
  return length;
}

std::string unsupported(std::uint32_t code) {
  return "unsupported frontend protocol " + std::to_string(code >> 16U) + '.' +
         std::to_string(code & 0xffffU);
}

}  // namespace

Awaitable<Session::Hello> Session::greet() {
  while (true) {
    auto hello = co_await read_packet();
    if (hello.kind == Hello::Kind::gone) co_return hello;
    const auto packet = protocol::startup_packet(hello.bytes);
    switch (packet.kind) {
      case StartupKind::ssl_request: {
        const bool answered = co_await answer_ssl_request();
        if (!answered) co_return Hello{};
        break;
      }
      case StartupKind::gssenc_request: {
        const bool answered = co_await answer_gssenc_request();
        if (!answered) co_return Hello{};
        break;
      }
      case StartupKind::cancel_request:
        hello.kind = Hello::Kind::cancel;
        co_return hello;
      case StartupKind::startup:
        hello.kind =
            protocol::decode_startup(hello.bytes) ? Hello::Kind::startup : Hello::Kind::garbage;
        co_return hello;
      case StartupKind::need_more:
      case StartupKind::other:
      case StartupKind::bad:
        hello.kind = Hello::Kind::garbage;
        co_return hello;
    }
  }
}

// Reads one packet and not a byte more; of one whose length is impossible the length alone. What it
// is worth is not looked at here.
Awaitable<Session::Hello> Session::read_packet() {
  Hello hello{Hello::Kind::garbage, std::string(length_bytes, '\0')};
  if (co_await client_.read_exactly(hello.bytes.data(), length_bytes)) co_return Hello{};
  // TLS without SSLRequest, as libpq 17 can ask for, would be taken up here. Until it is, the
  // client is told nothing and hangs up.
  if (!client_.tls() && hello.bytes.front() == tls_handshake_byte) {
    spdlog::info("connection={} peer={} direct TLS is not supported: closed", connection(), peer_);
    co_return Hello{};
  }
  const auto length = read_length(hello.bytes);
  if (length < protocol::startup_bytes_min || length > limits_.startup_packet_bytes_max + 4)
    co_return hello;
  hello.bytes.resize(length);
  if (co_await client_.read_exactly(hello.bytes.data() + length_bytes, length - length_bytes))
    co_return Hello{};
  co_return hello;
}

Awaitable<bool> Session::answer_ssl_request() {
  if (ssl_answered_) {
    co_await refuse("0A000", unsupported(protocol::ssl_request_code), "");
    co_return false;
  }
  ssl_answered_ = true;
  // Who sends on before our answer means to have it taken for what came through TLS
  // (CVE-2021-23214). Bytes that come later cannot: they go to the handshake, which fails.
  if (client_.has_unread_bytes()) {
    co_await refuse("08P01", "received unencrypted data after SSL request",
                    "This could be either a client-software bug or evidence of an attempted "
                    "man-in-the-middle attack.");
    co_return false;
  }
  if (!worker_.shared.tls) co_return !co_await client_.write_all("N");
  if (co_await client_.write_all("S")) co_return false;
  if (const auto error = co_await client_.accept_tls(*worker_.shared.tls)) {
    spdlog::info("connection={} peer={} TLS handshake failed: {}", connection(), peer_,
                 client_.tls_error().empty() ? error.message() : client_.tls_error());
    co_return false;
  }
  gssenc_answered_ = true;
  co_return true;
}

// Never GSS encryption: the record would go blind.
Awaitable<bool> Session::answer_gssenc_request() {
  if (gssenc_answered_) {
    co_await refuse("0A000", unsupported(protocol::gssenc_request_code), "");
    co_return false;
  }
  gssenc_answered_ = true;
  if (client_.has_unread_bytes()) {
    co_await refuse("08P01", "received unencrypted data after GSSAPI encryption request",
                    "This could be either a client-software bug or evidence of an attempted "
                    "man-in-the-middle attack.");
    co_return false;
  }
  co_return !co_await client_.write_all("N");
}

Awaitable<void> Session::refuse(std::string_view sqlstate, std::string_view message,
                                std::string_view hint) {
  spdlog::info("connection={} peer={} refused: {}", connection(), peer_, message);
  const auto error = protocol::encode_error("FATAL", sqlstate, message, hint);
  if (!co_await client_.write_all(error)) co_await hang_up();
}

}  // namespace ride::proxy
