#include "proxy/stream.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <cassert>
#include <cerrno>
#include <climits>
#include <utility>

namespace ride::proxy {
namespace {

int ssl_size(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, static_cast<std::size_t>(INT_MAX)));
}

error_code last_error() { return error_code(errno, boost::system::system_category()); }

}  // namespace

Stream::Stream(Stream&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      read_wants_(other.read_wants_),
      write_wants_(other.write_wants_),
      read_again_(other.read_again_),
      ssl_(std::move(other.ssl_)),
      tls_error_(std::move(other.tls_error_)) {}

Stream& Stream::operator=(Stream&& other) noexcept {
  if (this == &other) return *this;
  close();
  descriptor_ = std::exchange(other.descriptor_, -1);
  read_wants_ = other.read_wants_;
  write_wants_ = other.write_wants_;
  read_again_ = other.read_again_;
  ssl_ = std::move(other.ssl_);
  tls_error_ = std::move(other.tls_error_);
  return *this;
}

Stream::~Stream() { close(); }

void Stream::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

std::size_t Stream::read_some(char* data, std::size_t size, error_code& error) {
  error.clear();
  if (ssl_) return read_tls(data, size, error);
  while (true) {
    const auto got = ::recv(descriptor_, data, size, 0);
    if (got > 0) return static_cast<std::size_t>(got);
    if (got < 0 && errno == EINTR) continue;
    error = got == 0 ? error_code(asio::error::eof) : last_error();
    return 0;
  }
}

// A record has 16 KiB at most: several make one chunk, where they are here already.
std::size_t Stream::read_tls(char* data, std::size_t size, error_code& error) {
  std::size_t taken = 0;
  read_again_ = true;
  while (taken < size) {
    ERR_clear_error();
    const int result = SSL_read(ssl_.get(), data + taken, ssl_size(size - taken));
    if (result > 0) {
      taken += static_cast<std::size_t>(result);
      read_again_ = SSL_has_pending(ssl_.get()) == 1;
      if (read_again_) continue;
      break;
    }
    error = ssl_failure(result, read_wants_);
    if (error == asio::error::would_block) read_again_ = false;
    break;
  }
  if (taken > 0) error.clear();  // an end or a failure is met again by the next read
  return taken;
}

std::size_t Stream::write_some(Bytes bytes, error_code& error) {
  error.clear();
  if (ssl_) {
    ERR_clear_error();
    const int result = SSL_write(ssl_.get(), bytes.data(), ssl_size(bytes.size()));
    if (result > 0) return static_cast<std::size_t>(result);
    error = ssl_failure(result, write_wants_);
    return 0;
  }
  while (true) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EINTR) continue;
    error = last_error();
    return 0;
  }
}

bool Stream::has_unread_bytes() {
  if (ssl_ && SSL_has_pending(ssl_.get()) == 1) return true;
  char byte = 0;
  return ::recv(descriptor_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

error_code Stream::begin_tls(SSL_CTX& context) {
  assert(!ssl_);
  ssl_.reset(SSL_new(&context));
  if (!ssl_ || SSL_set_fd(ssl_.get(), descriptor_) != 1)
    return make_error_code(boost::system::errc::not_enough_memory);
  return {};
}

error_code Stream::shake_hands() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) return {};
  const auto error = ssl_failure(result, read_wants_);
  const auto verified = SSL_get_verify_result(ssl_.get());
  if (error != asio::error::would_block && verified != X509_V_OK)
    tls_error_ =
        std::string("certificate verify failed: ") + X509_verify_cert_error_string(verified);
  return error;
}

error_code Stream::ssl_failure(int result, Wants& wants) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      wants = Wants::readable;
      return asio::error::would_block;
    case SSL_ERROR_WANT_WRITE:
      wants = Wants::writable;
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

TlsFacts Stream::tls_facts() const {
  if (!ssl_) return {};
  const unsigned char* alpn = nullptr;
  unsigned alpn_size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &alpn, &alpn_size);
  const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
  return {.text = std::string(SSL_get_version(ssl_.get())) + ' ' + SSL_get_cipher_name(ssl_.get()),
          .server_name = name != nullptr ? name : "",
          .alpn = std::string(reinterpret_cast<const char*>(alpn), alpn_size)};
}

void Stream::shutdown_send() {
  // The peer may be gone: then there is nobody left to tell.
  if (ssl_ && SSL_is_init_finished(ssl_.get()) == 1) SSL_shutdown(ssl_.get());
  ERR_clear_error();
  ::shutdown(descriptor_, SHUT_WR);
}

}  // namespace ride::proxy
