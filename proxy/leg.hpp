// One side of a session while it is set up: a stream that coroutines can wait for. Once bytes are
// only passed on, its stream is taken out (release()) and goes to a relay thread.
//
// Error codes as in proxy/stream.hpp. One thread uses a leg.
#pragma once

#include <cstddef>
#include <string>
#include <tuple>

#include "base/bytes.hpp"
#include "proxy/io.hpp"
#include "proxy/stream.hpp"

namespace ride::proxy {

class Leg {
 public:
  explicit Leg(Socket socket);
  Leg(Leg&&) = default;
  Leg& operator=(Leg&& other) noexcept;
  ~Leg();

  // Returns when a read (a write) can be tried; operation_aborted after close().
  using Waited = std::tuple<error_code>;
  Awaitable<Waited> readable();
  Awaitable<Waited> writable();

  std::size_t read_some(char* data, std::size_t size, error_code& error) {
    return stream_.read_some(data, size, error);
  }
  std::size_t write_some(Bytes bytes, error_code& error) {
    return stream_.write_some(bytes, error);
  }

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

  bool has_unread_bytes() { return stream_.has_unread_bytes(); }
  bool tls() const { return stream_.tls() != nullptr; }
  TlsFacts tls_facts() const { return stream_.tls_facts(); }
  std::string tls_error() const { return stream_.tls_error(); }  // for the log: one line
  const X509* peer_certificate() const;  // null where there is none; lives as long as the stream
  bool is_tcp() const;

  void shutdown_send() { stream_.shutdown_send(); }
  void close();  // wakes whoever waits
  bool is_open() const { return stream_.is_open(); }

  // Takes the stream out of Asio's hands; the leg is closed from here on. Nobody waits for it.
  Stream release();

 private:
  Awaitable<Waited> next_turn();
  Awaitable<error_code> shake_hands();
  void let_go();

  Stream stream_;
  Socket socket_;  // the same descriptor, which it waits for and does not own
};

}  // namespace ride::proxy
