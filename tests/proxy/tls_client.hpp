// A client that speaks TLS byte by byte: what libpq would not send, and what only its later
// versions do. Blocking, with a limit on every wait.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/openssl.hpp"

namespace ride::test {

class TlsClient {
 public:
  explicit TlsClient(std::uint16_t tcp_port);  // connected, in plain
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  // Before TLS.
  void send_plain(std::string_view bytes) const;
  std::string receive_plain() const;  // some bytes; "" at the end
  void finish_plain() const;

  // Whether the handshake came to its end. `alpn` as a protocol's name, "" for none.
  bool begin_tls(const std::string& alpn = "", const std::string& server_name = "",
                 int version_max = 0);
  std::string alpn() const;   // what was agreed on
  std::string error() const;  // OpenSSL's, of the last failure

  void send(std::string_view bytes) const;
  std::string receive_until(std::string_view tail) const;  // or up to the end
  std::string receive_all() const;                         // up to the end
  void finish_sending() const;                             // close_notify, and FIN

  SSL* ssl() const { return ssl_.get(); }

 private:
  int descriptor_ = -1;
  proxy::SslContext context_;
  proxy::Ssl ssl_;
  std::string error_;
};

}  // namespace ride::test
