// One side of a session: a connected stream socket, with TLS over it or without. Reads and writes
// never block and never wait; waiting is a step of its own, so that an idle leg holds no buffer.
//
// Error codes: would_block (wait, then try again), asio::error::eof (the peer sends no more), or
// what went wrong. One thread uses a leg; a reader and a writer on it may interleave.
#pragma once

#include <cstddef>
#include <string>
#include <tuple>

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

class Leg {
 public:
  explicit Leg(Socket socket);

  // Returns when a read (a write) can be tried; operation_aborted after cancel() or close(). No
  // coroutines of their own: a relay waits once a chunk.
  using Waited = std::tuple<error_code>;
  Awaitable<Waited> readable();
  Awaitable<Waited> writable();

  std::size_t read_some(char* data, std::size_t size, error_code& error);
  std::size_t write_some(Bytes bytes, error_code& error);

  // Both wait as often as it takes. read_exactly never takes a byte more than `size`.
  Awaitable<error_code> read_exactly(char* data, std::size_t size);
  Awaitable<error_code> write_all(Bytes bytes);

  // Waits for the first unread byte and leaves it where it is. Not once there is TLS.
  Awaitable<error_code> peek(char& first);

  // A TLS handshake, as its server or as its client. Afterwards every byte goes through TLS.
  // `server_name`: a host name or an IP address; it is sent where it is a name (SNI), and, if
  // `must_match`, has to stand in the server's certificate.
  Awaitable<error_code> accept_tls(SSL_CTX& context);
  Awaitable<error_code> connect_tls(SSL_CTX& context, std::string server_name, bool must_match);

  bool has_unread_bytes();  // whether bytes have arrived that nobody has read; never waits
  bool tls() const { return ssl_ != nullptr; }
  TlsFacts tls_facts() const;
  std::string tls_error() const;         // what went wrong last, for the log: one line
  const X509* peer_certificate() const;  // null where there is none; lives as long as the leg

  void shutdown_send();  // says that no more will come: close_notify where there is TLS, then FIN
  void cancel();         // wakes whoever waits
  void close();
  bool is_open() const { return socket_.is_open(); }

  Socket& socket() { return socket_; }

 private:
  Awaitable<Waited> next_turn();
  error_code begin_tls(SSL_CTX& context);
  Awaitable<error_code> shake_hands();
  error_code ssl_failure(int result, Socket::wait_type& wants);

  Socket socket_;
  Ssl ssl_;
  std::string tls_error_;
  bool read_again_ = false;  // the last read ended for want of room, not of bytes (TLS alone)
  // What the last read (write) that would have blocked waits for: TLS may turn the two around.
  Socket::wait_type read_wants_ = Socket::wait_read;
  Socket::wait_type write_wants_ = Socket::wait_write;
};

}  // namespace ride::proxy
