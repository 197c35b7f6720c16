#include "proxy/leg.hpp"

#include <sys/socket.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <cassert>
#include <cerrno>
#include <utility>

namespace ride::proxy {
namespace {

Socket::wait_type wait_type(Stream::Wants wants) {
  return wants == Stream::Wants::readable ? Socket::wait_read : Socket::wait_write;
}

}  // namespace

Leg::Leg(Socket socket) : socket_(std::move(socket)) {
  error_code ignored;  // a socket that died already says so at the first read
  socket_.non_blocking(true, ignored);
  stream_ = Stream(socket_.native_handle());
}

Leg& Leg::operator=(Leg&& other) noexcept {
  let_go();
  stream_ = std::move(other.stream_);
  socket_ = std::move(other.socket_);
  return *this;
}

Leg::~Leg() { let_go(); }

// The descriptor is the stream's to close.
void Leg::let_go() {
  error_code ignored;
  if (socket_.is_open()) socket_.release(ignored);
}

void Leg::close() {
  let_go();
  stream_.close();
}

Stream Leg::release() {
  let_go();
  return std::move(stream_);
}

Awaitable<Leg::Waited> Leg::readable() {
  // What OpenSSL has read and nobody has taken makes no socket readable.
  if (stream_.read_again()) return next_turn();
  return socket_.async_wait(wait_type(stream_.read_wants()), as_values);
}

Awaitable<Leg::Waited> Leg::writable() {
  return socket_.async_wait(wait_type(stream_.write_wants()), as_values);
}

// Others first.
Awaitable<Leg::Waited> Leg::next_turn() {
  co_await asio::post(socket_.get_executor(), asio::use_awaitable_t<Executor>{});
  co_return Waited{};
}

Awaitable<error_code> Leg::read_exactly(char* data, std::size_t size) {
  std::size_t taken = 0;
  while (taken < size) {
    error_code error;
    taken += read_some(data + taken, size - taken, error);
    if (error == asio::error::would_block) std::tie(error) = co_await readable();
    if (error) co_return error;
  }
  co_return error_code{};
}

Awaitable<error_code> Leg::write_all(Bytes bytes) {
  while (!bytes.empty()) {
    error_code error;
    bytes.remove_prefix(write_some(bytes, error));
    if (error == asio::error::would_block) std::tie(error) = co_await writable();
    if (error) co_return error;
  }
  co_return error_code{};
}

Awaitable<error_code> Leg::peek(char& first) {
  assert(!tls());
  while (true) {
    const auto size = ::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
    if (size > 0) co_return error_code{};
    if (size == 0) co_return asio::error::eof;
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
      co_return error_code(errno, boost::system::system_category());
    const auto [error] = co_await socket_.async_wait(Socket::wait_read, as_values);
    if (error) co_return error;
  }
}

Awaitable<error_code> Leg::accept_tls(SSL_CTX& context) {
  if (const auto error = stream_.begin_tls(context)) co_return error;
  SSL_set_accept_state(stream_.tls());
  co_return co_await shake_hands();
}

Awaitable<error_code> Leg::connect_tls(SSL_CTX& context, std::string server_name, bool must_match) {
  if (const auto error = stream_.begin_tls(context)) co_return error;
  auto* const tls = stream_.tls();
  SSL_set_connect_state(tls);
  error_code no_address;
  asio::ip::make_address(server_name, no_address);
  if (no_address) {
    // What the macro SSL_set_tlsext_host_name does, without its cast.
    SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, server_name.data());
    SSL_set_hostflags(tls, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  }
  const bool set = !must_match || (no_address ? SSL_set1_host(tls, server_name.c_str())
                                              : X509_VERIFY_PARAM_set1_ip_asc(
                                                    SSL_get0_param(tls), server_name.c_str())) == 1;
  if (!set) co_return make_error_code(boost::system::errc::invalid_argument);
  co_return co_await shake_hands();
}

Awaitable<error_code> Leg::shake_hands() {
  while (true) {
    auto error = stream_.shake_hands();
    if (error != asio::error::would_block) co_return error;
    std::tie(error) = co_await readable();
    if (error) co_return error;
  }
}

const X509* Leg::peer_certificate() const {
  return tls() ? SSL_get0_peer_certificate(stream_.tls()) : nullptr;
}

bool Leg::is_tcp() const {
  error_code error;
  const auto family = socket_.local_endpoint(error).protocol().family();
  return !error && family != AF_UNIX;
}

}  // namespace ride::proxy
