// A connected stream socket, with TLS over it or without: what a leg is once nobody has to wait for
// it step by step. Reads and writes never block; whoever has the stream waits for the descriptor.
//
// Error codes: would_block (wait for read_wants() or write_wants(), then try again),
// asio::error::eof (the peer sends no more), or what went wrong. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/bytes.hpp"
#include "proxy/io.hpp"
#include "proxy/openssl.hpp"

namespace ride::proxy {

// What a handshake agreed on; empty strings without TLS.
struct TlsFacts {
  std::string text;         // "TLSv1.3 TLS_AES_256_GCM_SHA384"
  std::string server_name;  // the name the client asked for (SNI), or ""
  std::string alpn;         // "postgresql", or ""
};

class Stream {
 public:
  // What a descriptor has to become before something can be tried again.
  enum class Wants : std::uint8_t { readable, writable };

  Stream() = default;
  explicit Stream(int descriptor) : descriptor_(descriptor) {}  // which does not block; owned
  Stream(Stream&& other) noexcept;
  Stream& operator=(Stream&& other) noexcept;
  ~Stream();

  std::size_t read_some(char* data, std::size_t size, error_code& error);
  std::size_t write_some(Bytes bytes, error_code& error);

  // TLS may turn the two around, and may hold bytes that make no descriptor readable.
  Wants read_wants() const { return read_wants_; }
  Wants write_wants() const { return write_wants_; }
  bool read_again() const { return read_again_; }

  bool has_unread_bytes();  // whether bytes have arrived that nobody has read; never waits

  // Every byte goes through TLS from here on, once shake_hands() says that it is agreed on (until
  // then would_block, to be tried again when the descriptor is as read_wants() says).
  error_code begin_tls(SSL_CTX& context);
  error_code shake_hands();
  SSL* tls() const { return ssl_.get(); }  // or null
  TlsFacts tls_facts() const;
  const std::string& tls_error() const { return tls_error_; }  // what went wrong last: one line

  void shutdown_send();  // says that no more will come: close_notify where there is TLS, then FIN
  void close();
  bool is_open() const { return descriptor_ >= 0; }
  int descriptor() const { return descriptor_; }

 private:
  std::size_t read_tls(char* data, std::size_t size, error_code& error);
  error_code ssl_failure(int result, Wants& wants);

  int descriptor_ = -1;
  Wants read_wants_ = Wants::readable;
  Wants write_wants_ = Wants::writable;
  bool read_again_ = false;
  Ssl ssl_;
  std::string tls_error_;
};

}  // namespace ride::proxy
