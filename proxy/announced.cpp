// The PROXY protocol header of a connection that comes from one of those who must send it, and what
// follows.
#include <spdlog/spdlog.h>

#include "proxy/proxy_header.hpp"
#include "proxy/session.hpp"

namespace ride::proxy {

Awaitable<Session::Hello> Session::introduce() {
  if (announced_) {
    const bool known = co_await read_announcement();
    if (!known) co_return Hello{};
  }
  co_return co_await greet();
}

// Closed where there is none: whoever may speak for others is not believed to speak for himself.
Awaitable<bool> Session::read_announcement() {
  std::string header(proxy_header_start_bytes, '\0');
  if (co_await client_.read_exactly(header.data(), header.size())) co_return false;
  const auto rest = decode_proxy_header_start(header);
  if (!rest || *rest > limits_.proxy_header_bytes_max) {
    spdlog::warn("connection={} peer={} sent no PROXY protocol version 2 header: closed",
                 connection(), peer_);
    co_return false;
  }
  header.resize(proxy_header_start_bytes + *rest);
  if (co_await client_.read_exactly(header.data() + proxy_header_start_bytes, *rest))
    co_return false;
  const auto read = decode_proxy_header(header);
  if (!read) {
    spdlog::warn("connection={} peer={} sent a PROXY protocol header that cannot be read: {}",
                 connection(), peer_, to_text(read.error().fault));
    co_return false;
  }
  if (!read->source.empty()) peer_ = read->source + " via " + peer_;
  co_return true;
}

}  // namespace ride::proxy
