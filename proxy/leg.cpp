#include "proxy/leg.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <cassert>
#include <cerrno>
#include <climits>
#include <utility>

namespace ride::proxy {
namespace {

int ssl_size(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, static_cast<std::size_t>(INT_MAX)));
}

}  // namespace

Leg::Leg(Socket socket) : socket_(std::move(socket)) {
  error_code ignored;  // a socket that died already says so at the first read
  socket_.non_blocking(true, ignored);
}

Awaitable<Leg::Waited> Leg::readable() {
  // What OpenSSL has read and nobody has taken makes no socket readable.
  if (read_again_) return next_turn();
  return socket_.async_wait(read_wants_, as_values);
}

Awaitable<Leg::Waited> Leg::writable() { return socket_.async_wait(write_wants_, as_values); }

// Others first.
Awaitable<Leg::Waited> Leg::next_turn() {
  co_await asio::post(socket_.get_executor(), asio::use_awaitable_t<Executor>{});
  co_return Waited{};
}

std::size_t Leg::read_some(char* data, std::size_t size, error_code& error) {
  error.clear();
  if (!ssl_) return socket_.read_some(asio::buffer(data, size), error);
  std::size_t taken = 0;  // a record has 16 KiB at most: several make one chunk
  read_again_ = true;
  while (taken < size) {
    ERR_clear_error();
    const int result = SSL_read(ssl_.get(), data + taken, ssl_size(size - taken));
    if (result > 0) {
      taken += static_cast<std::size_t>(result);
      continue;
    }
    error = ssl_failure(result, read_wants_);
    if (error == asio::error::would_block) read_again_ = false;
    break;
  }
  if (taken > 0) error.clear();  // an end or a failure is met again by the next read
  return taken;
}

std::size_t Leg::write_some(Bytes bytes, error_code& error) {
  error.clear();
  if (!ssl_) return socket_.write_some(asio::buffer(bytes.data(), bytes.size()), error);
  ERR_clear_error();
  const int result = SSL_write(ssl_.get(), bytes.data(), ssl_size(bytes.size()));
  if (result > 0) return static_cast<std::size_t>(result);
  error = ssl_failure(result, write_wants_);
  return 0;
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
  assert(!ssl_);
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
  if (const auto error = begin_tls(context)) co_return error;
  SSL_set_accept_state(ssl_.get());
  co_return co_await shake_hands();
}

Awaitable<error_code> Leg::connect_tls(SSL_CTX& context, std::string server_name, bool must_match) {
  if (const auto error = begin_tls(context)) co_return error;
  SSL_set_connect_state(ssl_.get());
  error_code no_address;
  asio::ip::make_address(server_name, no_address);
  if (no_address) {
    // What the macro SSL_set_tlsext_host_name does, without its cast.
    SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             server_name.data());
    SSL_set_hostflags(ssl_.get(), X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  }
  const bool set =
      !must_match || (no_address ? SSL_set1_host(ssl_.get(), server_name.c_str())
                                 : X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()),
                                                                 server_name.c_str())) == 1;
  if (!set) co_return make_error_code(boost::system::errc::invalid_argument);
  const auto error = co_await shake_hands();
  const auto verified = SSL_get_verify_result(ssl_.get());
  if (error && verified != X509_V_OK)
    tls_error_ =
        std::string("certificate verify failed: ") + X509_verify_cert_error_string(verified);
  co_return error;
}

error_code Leg::begin_tls(SSL_CTX& context) {
  assert(!ssl_);
  ssl_.reset(SSL_new(&context));
  if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1)
    return make_error_code(boost::system::errc::not_enough_memory);
  return {};
}

Awaitable<error_code> Leg::shake_hands() {
  while (true) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) co_return error_code{};
    auto error = ssl_failure(result, read_wants_);
    if (error == asio::error::would_block) std::tie(error) = co_await readable();
    if (error) co_return error;
  }
}

error_code Leg::ssl_failure(int result, Socket::wait_type& wants) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      wants = Socket::wait_read;
      return asio::error::would_block;
    case SSL_ERROR_WANT_WRITE:
      wants = Socket::wait_write;
      return asio::error::would_block;
    case SSL_ERROR_ZERO_RETURN:
      return asio::error::eof;
    case SSL_ERROR_SYSCALL:
      tls_error_ = "connection lost";
      return asio::error::connection_reset;
    default:
      tls_error_ = openssl_error();
      return make_error_code(boost::system::errc::protocol_error);
  }
}

bool Leg::has_unread_bytes() {
  if (ssl_ && SSL_has_pending(ssl_.get()) == 1) return true;
  char byte = 0;
  return ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

TlsFacts Leg::tls_facts() const {
  if (!ssl_) return {};
  const unsigned char* alpn = nullptr;
  unsigned alpn_size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &alpn, &alpn_size);
  const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
  return {.text = std::string(SSL_get_version(ssl_.get())) + ' ' + SSL_get_cipher_name(ssl_.get()),
          .server_name = name != nullptr ? name : "",
          .alpn = std::string(reinterpret_cast<const char*>(alpn), alpn_size)};
}

const X509* Leg::peer_certificate() const {
  return ssl_ ? SSL_get0_peer_certificate(ssl_.get()) : nullptr;
}

std::string Leg::tls_error() const { return tls_error_; }

void Leg::shutdown_send() {
  error_code ignored;  // the peer may be gone: then there is nobody left to tell
  if (ssl_ && SSL_is_init_finished(ssl_.get()) == 1) SSL_shutdown(ssl_.get());
  ERR_clear_error();
  socket_.shutdown(Socket::shutdown_send, ignored);
}

void Leg::cancel() {
  error_code ignored;
  socket_.cancel(ignored);
}

void Leg::close() {
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace ride::proxy
