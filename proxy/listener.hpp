// The ports and sockets: takes connections and deals them out to the workers in turn.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <memory>
#include <string>
#include <vector>

#include "proxy/io.hpp"
#include "proxy/options.hpp"
#include "proxy/shared.hpp"

namespace ride::proxy {

using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, Executor>;

// `v6_only`: "::" leaves IPv4 to another listener. Throws std::system_error that names the address.
Acceptor listen(asio::io_context& context, const Address& address, bool v6_only);

// The address that it was told, with the port that it took.
Address address_of(const Acceptor& acceptor, Address told);

// Runs on the acceptor's context until the acceptor is closed. Both must outlive it.
Awaitable<void> accept_sessions(Acceptor* acceptor,
                                const std::vector<std::unique_ptr<Worker>>* workers);

}  // namespace ride::proxy
