#include "tests/proxy/tls_client.hpp"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace ride::test {

TlsClient::TlsClient(std::uint16_t tcp_port)
    : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      context_(SSL_CTX_new(TLS_client_method())) {
  // OpenSSL writes without MSG_NOSIGNAL. A handler, for SIG_IGN would be passed on to children.
  ::signal(SIGPIPE, [](int) {});
  SSL_CTX_set_options(context_.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(tcp_port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval limit{.tv_sec = 30, .tv_usec = 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot connect");
}

TlsClient::~TlsClient() { ::close(descriptor_); }

void TlsClient::send_plain(std::string_view bytes) const {
  if (::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(bytes.size()))
    throw std::runtime_error("cannot send");
}

std::string TlsClient::receive_plain() const {
  std::array<char, 4096> block{};
  const auto size = ::recv(descriptor_, block.data(), block.size(), 0);
  if (size < 0 && errno == EAGAIN) throw std::runtime_error("nothing was received in 30 s");
  return size > 0 ? std::string(block.data(), static_cast<std::size_t>(size)) : "";
}

void TlsClient::finish_plain() const { ::shutdown(descriptor_, SHUT_WR); }

bool TlsClient::begin_tls(const std::string& alpn, const std::string& server_name,
                          int version_max) {
  ssl_.reset(SSL_new(context_.get()));
  if (version_max != 0) SSL_set_max_proto_version(ssl_.get(), version_max);
  SSL_set_fd(ssl_.get(), descriptor_);
  const auto offer = static_cast<char>(alpn.size()) + alpn;
  if (!alpn.empty())
    SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(offer.data()),
                        static_cast<unsigned>(offer.size()));
  auto name = server_name;
  if (!name.empty())
    SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  ERR_clear_error();
  const bool done = SSL_connect(ssl_.get()) == 1;
  if (!done) error_ = proxy::openssl_error();
  return done;
}

std::string TlsClient::alpn() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string TlsClient::error() const { return error_; }

void TlsClient::send(std::string_view bytes) const {
  if (SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0)
    throw std::runtime_error("cannot send through TLS");
}

std::string TlsClient::receive_until(std::string_view tail) const {
  std::string out;
  std::array<char, 16384> block{};
  while (tail.empty() || !std::string_view(out).ends_with(tail)) {
    const int size = SSL_read(ssl_.get(), block.data(), static_cast<int>(block.size()));
    if (size <= 0 && SSL_get_error(ssl_.get(), size) == SSL_ERROR_WANT_READ)
      throw std::runtime_error("nothing was received in 30 s");
    if (size <= 0) break;
    out.append(block.data(), static_cast<std::size_t>(size));
  }
  return out;
}

std::string TlsClient::receive_all() const { return receive_until(""); }

void TlsClient::finish_sending() const {
  SSL_shutdown(ssl_.get());
  ::shutdown(descriptor_, SHUT_WR);
}

}  // namespace ride::test
