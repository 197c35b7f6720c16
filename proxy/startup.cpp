// The first packets of a client: TLS or not, and what it has come for.
#include "protocol/startup.hpp"

#include <spdlog/spdlog.h>

#include <array>

#include "protocol/backend.hpp"
#include "proxy/session.hpp"
#include "proxy/tls.hpp"

namespace ride::proxy {

using protocol::StartupKind;

namespace {

constexpr std::size_t length_bytes = 4;
constexpr char tls_handshake_byte = 0x16;
constexpr std::string_view injection_detail =
    "This could be either a client-software bug or evidence of an attempted man-in-the-middle "
    "attack.";

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
  char first = 0;
  if (co_await client_.peek(first)) co_return Hello{};
  if (first == tls_handshake_byte) {
    const bool taken = co_await take_direct_tls();
    if (!taken) co_return Hello{};
  }
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
  const auto length = read_length(hello.bytes);
  if (length < protocol::startup_bytes_min || length > limits_.startup_packet_bytes_max + 4)
    co_return hello;
  hello.bytes.resize(length);
  if (co_await client_.read_exactly(hello.bytes.data() + length_bytes, length - length_bytes))
    co_return Hello{};
  co_return hello;
}

// TLS without SSLRequest, as libpq 17 can ask for; the length of a start-up packet has never such a
// byte. As with PostgreSQL, what is refused here is told nothing: there is no protocol yet to tell
// it in. Never passed on unread: a server that takes it would be out of our sight.
Awaitable<bool> Session::take_direct_tls() {
  std::string_view refused;
  if (!may_have_tls()) {
    refused = "direct TLS where there is none";
  } else {
    ssl_answered_ = true;
    const bool begun = co_await begin_tls();
    if (!begun) co_return false;
    if (client_.tls_facts().alpn == alpn_protocol) co_return true;
    refused = "direct TLS without ALPN";
  }
  spdlog::info("connection={} peer={} refused: {}", connection(), peer_, refused);
  co_await hang_up();
  co_return false;
}

// Who sends on before our answer means to have it taken for what came through TLS (CVE-2021-23214).
// Bytes that come later cannot: they go to the handshake, which fails.
Awaitable<bool> Session::answer_ssl_request() {
  if (ssl_answered_) {
    co_await refuse("0A000", unsupported(protocol::ssl_request_code), "");
    co_return false;
  }
  ssl_answered_ = true;
  if (client_.has_unread_bytes()) {
    if (!may_have_tls() && co_await client_.write_all("N")) co_return false;
    co_await refuse("08P01", "received unencrypted data after SSL request", injection_detail);
    co_return false;
  }
  const bool offered = co_await offers_tls();
  if (!offered) co_return !co_await client_.write_all("N");
  if (co_await client_.write_all("S")) co_return false;
  co_return co_await begin_tls();
}

// PostgreSQL has no TLS on unix sockets either.
bool Session::may_have_tls() { return tls_ != nullptr && client_.is_tcp(); }

// With `automatic` the server's certificate decides, so that the server is connected first.
Awaitable<bool> Session::offers_tls() {
  if (!may_have_tls()) co_return false;
  Legs legs{.has_certificate = true, .client_tls = thread_.shared.options.client_tls};
  if (legs.client_tls == ClientTls::automatic && thread_.shared.server_tls()) {
    co_await find_server();
    legs.server_tls = server_ && server_->tls();
    legs.same_certificate = server_ && server_has_our_certificate();
  }
  co_return takes_tls(legs);
}

Awaitable<bool> Session::begin_tls() {
  if (const auto error = co_await client_.accept_tls(*tls_)) {
    thread_.counters.tls_failed.add();
    spdlog::info("connection={} peer={} TLS handshake failed: {}", connection(), peer_,
                 client_.tls_error().empty() ? error.message() : client_.tls_error());
    co_return false;
  }
  thread_.counters.tls.add();
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
  const bool injected = client_.has_unread_bytes();
  if (co_await client_.write_all("N")) co_return false;
  if (injected)
    co_await refuse("08P01", "received unencrypted data after GSSAPI encryption request",
                    injection_detail);
  co_return !injected;
}

Awaitable<void> Session::refuse(std::string_view sqlstate, std::string_view message,
                                std::string_view detail) {
  spdlog::info("connection={} peer={} refused: {}", connection(), peer_, message);
  protocol::ErrorResponse error{{{'S', "FATAL"}, {'V', "FATAL"}, {'C', sqlstate}, {'M', message}}};
  if (!detail.empty()) error.fields.push_back({'D', detail});
  std::string bytes;
  protocol::encode(error, bytes);
  if (!co_await client_.write_all(bytes)) co_await hang_up();
}

}  // namespace ride::proxy
