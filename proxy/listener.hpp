// One address that is listened on: a port or a unix socket, and for which server. Belongs to one
// thread once it is open.
#pragma once

#include <sys/socket.h>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <memory>
#include <optional>
#include <string>

#include "proxy/io.hpp"
#include "proxy/options.hpp"
#include "proxy/unix_socket.hpp"

namespace ride::proxy {

class Listener {
 public:
  // Takes the address. "::" takes IPv4 as well where it is the only one. Throws std::system_error
  // that names the address.
  Listener(asio::io_context& context, const Address& address, const Options& options,
           std::string server = "");

  const Address& address() const { return address_; }  // with the port taken
  const std::string& server() const { return server_; }

  // Returns when there may be a connection, or with why there never will be.
  Awaitable<error_code> ready();
  // One that is there, as a socket of that context, and where it is from, which the kernel tells
  // with the connection: a socket whose peer is gone again has no address. would_block where there
  // is none.
  Socket accept(asio::io_context& context, sockaddr_storage& from, error_code& error);

  // From now on new clients do not come here but to whoever listens on the address by then; those
  // that were on their way still do. Close it once they have come.
  void retire();
  void close();
  bool is_open() const { return acceptor_.is_open(); }

 private:
  using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, Executor>;

  void open(const Options& options);

  Acceptor acceptor_;
  Address address_;
  std::string server_;
  std::optional<UnixSocket> file_;
};

}  // namespace ride::proxy
