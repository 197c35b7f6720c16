#include "proxy/address.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <charconv>

namespace ride::proxy {
namespace {

constexpr std::string_view socket_name = "/.s.PGSQL.";

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

std::optional<Address> parse_unix(std::string_view text) {
  Address address;
  if (const auto name = text.rfind(socket_name); name != std::string_view::npos && name > 0) {
    const auto port = parse_port(text.substr(name + socket_name.size()));
    if (!port) return std::nullopt;
    return Address{std::string(text.substr(0, name)), *port};
  }
  if (const auto colon = text.rfind(':'); colon != std::string_view::npos) {
    if (const auto port = parse_port(text.substr(colon + 1)))
      return Address{std::string(text.substr(0, colon)), *port};
  }
  address.host = text;
  return address;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  if (text.starts_with('/')) return parse_unix(text);
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  const auto port = parse_port(text.substr(colon + 1));
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  // Without brackets nobody can tell where an IPv6 address ends and the port begins.
  if (!port || host.empty() || host.find_first_of("[] /") != std::string_view::npos ||
      bracketed != (host.find(':') != std::string_view::npos))
    return std::nullopt;
  return Address{std::string(host), *port};
}

std::string to_text(const Address& address) {
  const auto port = std::to_string(address.port);
  if (address.is_unix()) return address.host + std::string(socket_name) + port;
  if (address.host.find(':') != std::string::npos) return '[' + address.host + "]:" + port;
  return address.host + ':' + port;
}

std::string check_resolves(const Address& address) {
  if (address.is_unix()) return {};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(address.host.c_str(), nullptr, &hints, &found);
  if (failure != 0) return ::gai_strerror(failure);
  ::freeaddrinfo(found);
  return {};
}

}  // namespace ride::proxy
