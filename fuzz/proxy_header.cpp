// The PROXY protocol's header, against a reading of the manual's page that knows nothing of ours.
//
//   u8 choice: 1 the signature and the length are filled in | 2 a checksum is put behind, then one
//   bit of the addresses is turned by the next byte
#include "proxy/proxy_header.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

#include "fuzz/input.hpp"

namespace ride::fuzz {
namespace {

constexpr Bytes signature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t start_bytes = proxy::proxy_header_start_bytes;

unsigned at(Bytes bytes, std::size_t offset) { return static_cast<unsigned char>(bytes[offset]); }

bool tells_addresses(Bytes header) { return at(header, 12) == 0x21 && at(header, 13) != 0; }

std::size_t address_bytes(Bytes header) {
  switch (at(header, 13)) {
    case 0x11:
      return 12;
    case 0x21:
      return 36;
    case 0x31:
      return 216;
    default:
      return 0;
  }
}

std::string with_size(Bytes rest) {  // command and family, then all behind the length
  std::string out(signature);
  out += rest.substr(0, 2);
  out.resize(start_bytes - 2, '\0');
  const auto behind = rest.substr(std::min<std::size_t>(2, rest.size()));
  out.push_back(static_cast<char>(behind.size() >> 8U));
  out.push_back(static_cast<char>(behind.size()));
  return out.append(behind);
}

// CRC-32C bit by bit, of the header with a checksum of zeros at its end.
std::string with_checksum(Bytes header) {
  auto out = with_size(std::string(header.substr(12, 2)) + std::string(header.substr(start_bytes)) +
                       std::string("\3\0\4\0\0\0\0", 7));
  std::uint32_t crc = ~0U;
  for (const char byte : out) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1U ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
  }
  crc = ~crc;
  for (std::size_t i = 0; i < 4; ++i)
    out[out.size() - 4 + i] = static_cast<char>(crc >> (24 - 8 * i));
  return out;
}

std::string tcp4(Bytes header) {
  const auto part = [&](std::size_t i) { return std::to_string(at(header, start_bytes + i)); };
  const auto port = at(header, start_bytes + 8) << 8U | at(header, start_bytes + 9);
  return part(0) + '.' + part(1) + '.' + part(2) + '.' + part(3) + ':' + std::to_string(port);
}

std::optional<std::string> source_of(Bytes header) {
  const auto read = proxy::decode_proxy_header(header);
  return read ? std::optional(read->source) : std::nullopt;
}

void check_source(Bytes header, const std::string& source) {
  must(std::none_of(source.begin(), source.end(),
                    [](char c) { return std::iscntrl(static_cast<unsigned char>(c)) != 0; }),
       "nothing that moves a terminal's cursor");
  if (!tells_addresses(header)) return must(source.empty(), "who speaks for himself names nobody");
  const auto family = at(header, 13);
  if (family == 0x11) must(source == tcp4(header), "an IPv4 address and its port");
  if (family == 0x21) must(source.front() == '[', "an IPv6 address stands in brackets");
  if (family == 0x31) must(source.starts_with("unix "), "a path is told as one");
}

void check_whole(Bytes header) {
  const auto source = source_of(header);
  const auto start = proxy::decode_proxy_header_start(header.substr(0, start_bytes));
  must(!source || start, "what can be read begins well");
  must(!start || header.size() < start_bytes || header.starts_with(signature),
       "a header begins with its signature");
  if (!source) return;
  must(header.size() == start_bytes + *start, "the length is that of all that follows");
  check_source(header, *source);
  must(!source_of(header.substr(0, header.size() - 1)), "a header cut short is none");
  must(!source_of(std::string(header) + '\0'), "a byte more is no part of it");
}

// Where a sum is told it must be right, whatever else is told.
void check_checksum(Bytes header, std::uint8_t turned) {
  if (!source_of(header) || !tells_addresses(header)) return;
  auto summed = with_checksum(header);
  must(source_of(summed) == source_of(header), "a right checksum changes nothing");
  const auto bit = turned % (8 * address_bytes(header));
  auto& byte = summed[start_bytes + bit / 8];
  byte = static_cast<char>(byte ^ 1 << bit % 8);
  must(!source_of(summed), "a wrong checksum is no header");
}

}  // namespace
}  // namespace ride::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ride::fuzz;
  Input input(data, size);
  const auto choice = input.u8();
  const auto turned = input.u8();
  const auto rest = input.rest();
  const auto header = (choice & 1U) != 0 ? with_size(rest) : std::string(rest);
  check_whole(header);
  if ((choice & 2U) != 0) check_checksum(header, turned);
  return 0;
}
