// Who is at the other end of a connection that was accepted.
#pragma once

#include <sys/socket.h>

#include <string>

#include "proxy/io.hpp"
#include "proxy/network.hpp"

namespace ride::proxy {

struct Peer {
  std::string text;     // "127.0.0.1:40112", "[::1]:40112", "unix pid=4711 uid=1000"
  std::string address;  // its bytes, as Network::contains() takes them; empty: a unix socket
};

// `from` is what accept() said of it.
Peer peer_of(Socket& socket, const sockaddr_storage& from);

}  // namespace ride::proxy
