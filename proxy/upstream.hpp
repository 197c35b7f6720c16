// A fresh connection to the server, with TLS where the options say so. Sessions and cancel requests
// take the same way.
#pragma once

#include <optional>
#include <string>

#include "proxy/io.hpp"
#include "proxy/leg.hpp"
#include "proxy/options.hpp"

namespace ride::proxy {

struct Connected {
  std::optional<Leg> leg;
  std::string failure;  // where there is no leg: why, in one line
};

// Over the unix socket or TCP, where a name's addresses are tried in the resolver's order, waiting
// at most limits.connect_wait_max in all (and for the resolver, which cannot be hurried). `tls` is
// what make_upstream_tls() made of options.upstream_tls; both must outlive the call. In mode
// `prefer` a server that answers SSLRequest with an error is connected: its words are there to
// read.
Awaitable<Connected> connect(asio::io_context& context, Upstream upstream, const Options& options,
                             SSL_CTX* tls);

// What every TCP leg gets: no delay (the peers batch by themselves), keepalive, and how long the
// kernel waits for a peer that says nothing. Nothing on others.
void tune(Socket& socket, const TcpLimits& limits);

}  // namespace ride::proxy
