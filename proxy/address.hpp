// Where somebody listens or can be reached: a host and a port over TCP, or a unix socket as
// PostgreSQL names it. Reading one is a function of the text; check_resolves() asks the resolver
// and may block.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ride::proxy {

// `host` is a name or a numeric IP address, or, where it begins with '/', the folder of a unix
// socket as PostgreSQL's `unix_socket_directories` names it. `port` is part of either.
struct Address {
  std::string host = "/tmp";
  std::uint16_t port = 5432;

  bool is_unix() const { return host.starts_with('/'); }
  bool operator==(const Address&) const = default;
};

// "127.0.0.1:6432", "[::1]:6432", "name:6432", "/folder", "/folder:6432" or
// "/folder/.s.PGSQL.6432"; without a port a unix socket is 5432's. Nothing where it is none of
// these.
std::optional<Address> parse_address(std::string_view text);

// "127.0.0.1:5432", "[::1]:5432" or "/folder/.s.PGSQL.5432"; parse_address() reads it back.
std::string to_text(const Address& address);

// What the resolver has against the name now, or "": numeric addresses and unix sockets are always
// fine. Blocks while it asks.
std::string check_resolves(const Address& address);

}  // namespace ride::proxy
