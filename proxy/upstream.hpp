// A fresh connection to the server.
#pragma once

#include <string>

#include "proxy/io.hpp"
#include "proxy/options.hpp"

namespace ride::proxy {

struct Connected {
  Socket socket;
  error_code error;  // set: there is no connection
};

// Over the unix socket or TCP, waiting at most limits.connect_wait_max.
Awaitable<Connected> connect(asio::io_context& context, Upstream upstream, Limits limits);

std::string to_text(const Upstream& upstream);  // "/run/x/.s.PGSQL.5432" or "10.0.0.1:5432"

// What every TCP leg gets: no delay (the peers batch by themselves), keepalive. Nothing on others.
void tune(Socket& socket);

}  // namespace ride::proxy
