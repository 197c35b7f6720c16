// A fresh connection to the server.
#pragma once

#include "proxy/io.hpp"
#include "proxy/options.hpp"

namespace ride::proxy {

struct Connected {
  Socket socket;
  error_code error;  // set: there is no connection
};

// Over the unix socket or TCP, where a name's addresses are tried in the resolver's order, waiting
// at most limits.connect_wait_max in all (and for the resolver, which cannot be hurried).
Awaitable<Connected> connect(asio::io_context& context, Upstream upstream, Limits limits);

// What every TCP leg gets: no delay (the peers batch by themselves), keepalive. Nothing on others.
void tune(Socket& socket);

}  // namespace ride::proxy
