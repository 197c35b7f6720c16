#include "proxy/peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

namespace ride::proxy {
namespace {

// As the kernel noted it when the client connected; pid 0: of another PID namespace.
std::string unix_text(int descriptor) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return "unix";
  return "unix pid=" + std::to_string(credentials.pid) + " uid=" + std::to_string(credentials.uid);
}

template <typename Address>
std::string bytes_of(const Address& address) {
  std::string out(sizeof address, '\0');
  std::memcpy(out.data(), &address, sizeof address);
  return out;
}

std::string ip_text(int family, const std::string& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, address.data(), text.data(), static_cast<socklen_t>(text.size()));
  return text.data();
}

}  // namespace

Peer peer_of(Socket& socket, const sockaddr_storage& name) {
  if (name.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &name, sizeof v4);
    auto address = bytes_of(v4.sin_addr);
    return {ip_text(AF_INET, address) + ':' + std::to_string(ntohs(v4.sin_port)), address};
  }
  if (name.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &name, sizeof v6);
    auto address = bytes_of(v6.sin6_addr);
    return {'[' + ip_text(AF_INET6, address) + "]:" + std::to_string(ntohs(v6.sin6_port)), address};
  }
  return {unix_text(socket.native_handle()), {}};
}

}  // namespace ride::proxy
