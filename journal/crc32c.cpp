#include "journal/crc32c.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace ride::journal {
namespace {

static_assert(std::endian::native == std::endian::little, "eight bytes are read as one integer");

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

// tables[k][b]: what byte b contributes when k more bytes follow it in the step.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
    tables[0][b] = crc;
  }
  for (std::size_t k = 1; k < tables.size(); ++k)
    for (std::size_t b = 0; b < 256; ++b)
      tables[k][b] = (tables[k - 1][b] >> 8U) ^ tables[0][tables[k - 1][b] & 0xffU];
  return tables;
}

constexpr Tables tables = make_tables();

#ifdef __x86_64__
// Eight bytes an instruction, for which every x86-64 of the last fifteen years has one.
__attribute__((target("sse4.2"))) std::uint32_t by_instruction(std::uint32_t so_far, Bytes bytes) {
  std::uint64_t crc = ~so_far;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    crc = __builtin_ia32_crc32di(crc, word);
  }
  auto rest = static_cast<std::uint32_t>(crc);
  for (; left > 0; --left, ++at)
    rest = __builtin_ia32_crc32qi(rest, static_cast<std::uint8_t>(*at));
  return ~rest;
}

bool has_instruction() { return __builtin_cpu_supports("sse4.2") != 0; }
#else
std::uint32_t by_instruction(std::uint32_t so_far, Bytes bytes) {
  return crc32c_by_tables(so_far, bytes);
}

bool has_instruction() { return false; }
#endif

}  // namespace

std::uint32_t crc32c(std::uint32_t so_far, Bytes bytes) {
  static const bool fast = has_instruction();
  return fast ? by_instruction(so_far, bytes) : crc32c_by_tables(so_far, bytes);
}

std::uint32_t crc32c_by_tables(std::uint32_t so_far, Bytes bytes) {
  std::uint32_t crc = ~so_far;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, 8);
    word ^= crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= tables[7 - k][(word >> (8 * k)) & 0xffU];
  }
  for (; left > 0; --left, ++at)
    crc = (crc >> 8U) ^ tables[0][(crc ^ static_cast<std::uint8_t>(*at)) & 0xffU];
  return ~crc;
}

}  // namespace ride::journal
