// A set of senders: an IP network, "10.0.0.0/8", or whoever comes through a unix socket. Pure
// values.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace ride::proxy {

struct Network {
  std::string address;  // 4 or 16 bytes in network order; empty: unix sockets
  unsigned prefix_bits = 0;

  // `sender`: the bytes of an address, empty for a unix socket. IPv4 that came as IPv6
  // (::ffff:10.0.0.1) counts as IPv4.
  bool contains(Bytes sender) const;
  bool operator==(const Network&) const = default;
};

// "10.0.0.0/8", "fd00::/8", "127.0.0.1" (it alone) or "unix". Nothing where it is none of these, or
// where bits are set behind the prefix: then somebody meant something else.
std::optional<Network> parse_network(std::string_view text);

}  // namespace ride::proxy
