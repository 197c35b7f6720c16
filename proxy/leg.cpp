#include "proxy/leg.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <cassert>
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

Awaitable<error_code> Leg::accept_tls(SSL_CTX& context) {
  assert(!ssl_);
  ssl_.reset(SSL_new(&context));
  if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1)
    co_return make_error_code(boost::system::errc::not_enough_memory);
  while (true) {
    ERR_clear_error();
    const int result = SSL_accept(ssl_.get());
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

std::string Leg::tls_text() const {
  if (!ssl_) return {};
  return std::string(SSL_get_version(ssl_.get())) + ' ' + SSL_get_cipher_name(ssl_.get());
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
