#include "proxy/network.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace ride::proxy {
namespace {

constexpr std::size_t v4_bytes = 4;
constexpr std::size_t v6_bytes = 16;

Bytes without_mapping(Bytes address) {
  constexpr std::string_view mapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  return address.size() == v6_bytes && address.starts_with(mapped) ? address.substr(mapped.size())
                                                                   : address;
}

// The bits of byte `at` that the prefix covers.
unsigned char covered(unsigned prefix_bits, std::size_t at) {
  const auto before = static_cast<unsigned>(at) * 8;
  if (prefix_bits <= before) return 0;
  const unsigned bits = prefix_bits - before;
  return static_cast<unsigned char>(bits >= 8 ? 0xffU : 0xffU << (8 - bits));
}

std::string parse_ip(const std::string& text) {
  std::string out(v6_bytes, '\0');
  if (::inet_pton(AF_INET6, text.c_str(), out.data()) == 1) return out;
  out.resize(v4_bytes);
  if (::inet_pton(AF_INET, text.c_str(), out.data()) == 1) return out;
  return {};
}

}  // namespace

bool Network::contains(Bytes sender) const {
  const auto plain = without_mapping(sender);
  if (plain.size() != address.size()) return false;
  for (std::size_t at = 0; at < address.size(); ++at)
    if (((plain[at] ^ address[at]) & covered(prefix_bits, at)) != 0) return false;
  return true;
}

std::optional<Network> parse_network(std::string_view text) {
  if (text == "unix") return Network{};
  const auto slash = text.find('/');
  Network network;
  network.address = parse_ip(std::string(text.substr(0, slash)));
  if (network.address.empty()) return std::nullopt;
  const auto bits_max = static_cast<unsigned>(network.address.size() * 8);
  network.prefix_bits = bits_max;
  if (slash != std::string_view::npos) {
    const auto number = text.substr(slash + 1);
    const auto [end, error] =
        std::from_chars(number.data(), number.data() + number.size(), network.prefix_bits);
    if (error != std::errc() || end != number.data() + number.size() || number.empty() ||
        network.prefix_bits > bits_max)
      return std::nullopt;
  }
  for (std::size_t at = 0; at < network.address.size(); ++at)
    if ((network.address[at] & ~covered(network.prefix_bits, at) & 0xff) != 0) return std::nullopt;
  return network;
}

}  // namespace ride::proxy
