// The PROXY protocol, version 2: what a load balancer puts before a connection's own bytes to say
// who its client is (haproxy's proxy-protocol.txt, section 2.2). Bytes in, values out. Version 1,
// a line of text, is not taken: it has no length to trust.
#pragma once

#include <cstddef>
#include <string>

#include "base/bytes.hpp"
#include "protocol/reader.hpp"

namespace ride::proxy {

inline constexpr std::size_t proxy_header_start_bytes = 16;  // signature, command, family, length

struct ProxyHeader {
  // The client as the sender saw it: "203.0.113.7:51234", "[2001:db8::1]:51234", "unix /path";
  // empty where the sender speaks for itself (LOCAL) or does not know (UNSPEC).
  std::string source;
};

// How many bytes follow those of `start` (which has proxy_header_start_bytes), or why it is no
// header.
protocol::Decoded<std::size_t> decode_proxy_header_start(Bytes start);

// The whole header. Of the fields behind the addresses (TLVs) only a checksum is looked at.
protocol::Decoded<ProxyHeader> decode_proxy_header(Bytes header);

}  // namespace ride::proxy
