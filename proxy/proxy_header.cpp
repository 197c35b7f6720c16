#include "proxy/proxy_header.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "journal/crc32c.hpp"

namespace ride::proxy {
namespace {

using protocol::Fault;
using protocol::Reader;

constexpr std::string_view signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::uint8_t version_2 = 0x20;
constexpr std::uint8_t command_local = 0;
constexpr std::uint8_t command_proxy = 1;
constexpr std::uint8_t family_unspec = 0x00;
constexpr std::uint8_t family_tcp4 = 0x11;
constexpr std::uint8_t family_tcp6 = 0x21;
constexpr std::uint8_t family_unix = 0x31;
constexpr std::size_t unix_path_bytes = 108;
constexpr std::uint8_t type_crc32c = 3;

std::string ip_source(Reader& reader, int family, std::size_t address_bytes) {
  const auto source = reader.bytes(address_bytes);
  reader.bytes(address_bytes);  // where it went to
  const auto port = reader.u16();
  reader.u16();
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (reader.error() || ::inet_ntop(family, source.data(), text.data(),
                                    static_cast<socklen_t>(text.size())) == nullptr)
    return {};
  const std::string address(text.data());
  return (family == AF_INET6 ? '[' + address + ']' : address) + ':' + std::to_string(port);
}

std::string unix_source(Reader& reader) {
  const auto field = reader.bytes(unix_path_bytes);
  reader.bytes(unix_path_bytes);
  std::string path(field.substr(0, field.find('\0')));
  std::replace_if(
      path.begin(), path.end(),
      [](char c) { return std::iscntrl(static_cast<unsigned char>(c)) != 0; }, '?');
  return "unix " + path;
}

// The checksum is that of the whole header with zeros in its own place.
bool checksum_is_right(Bytes header, std::size_t offset, std::uint32_t told) {
  std::string copy(header);
  std::fill_n(copy.begin() + static_cast<std::ptrdiff_t>(offset), sizeof told, '\0');
  return journal::crc32c(0, copy) == told;
}

void skip_fields(Reader& reader, Bytes header) {
  while (!reader.error() && reader.left() > 0) {
    const auto type = reader.u8();
    const auto size = reader.u16();
    const auto offset = reader.offset();
    const auto value = reader.bytes(size);
    if (reader.error() || type != type_crc32c) continue;
    Reader number(0, value);
    const auto told = number.u32();
    number.end();
    if (number.error() || !checksum_is_right(header, offset, told)) reader.fail(Fault::bad_value);
  }
}

}  // namespace

protocol::Decoded<std::size_t> decode_proxy_header_start(Bytes start) {
  Reader reader(0, start);
  if (reader.bytes(signature.size()) != signature) reader.fail(Fault::bad_value);
  const auto command = reader.u8();
  if (command != (version_2 | command_local) && command != (version_2 | command_proxy))
    reader.fail(Fault::bad_value);
  reader.u8();
  return reader.finish(std::size_t{reader.u16()});
}

protocol::Decoded<ProxyHeader> decode_proxy_header(Bytes header) {
  const auto rest = decode_proxy_header_start(header.substr(0, proxy_header_start_bytes));
  if (!rest) return rest.error();
  Reader reader(0, header);
  const auto start = reader.bytes(proxy_header_start_bytes);
  if (*rest != reader.left()) reader.fail(Fault::bad_length);
  ProxyHeader out;
  const auto command = static_cast<std::uint8_t>(start[signature.size()]) & 0x0fU;
  const auto family = static_cast<std::uint8_t>(start[signature.size() + 1]);
  if (command == command_local || family == family_unspec) {
    reader.rest();  // whatever it says about addresses is not meant
  } else {
    if (family == family_tcp4) {
      out.source = ip_source(reader, AF_INET, 4);
    } else if (family == family_tcp6) {
      out.source = ip_source(reader, AF_INET6, 16);
    } else if (family == family_unix) {
      out.source = unix_source(reader);
    } else {
      reader.fail(Fault::bad_value);
    }
    skip_fields(reader, header);
  }
  return reader.finish(std::move(out));
}

}  // namespace ride::proxy
