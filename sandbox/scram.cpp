#include "sandbox/scram.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>

#include "journal/sha256.hpp"

namespace ride::sandbox {
namespace {

using journal::Digest;

constexpr std::size_t block_bytes = 64;

std::string text_of(const Digest& digest) { return std::string(journal::as_bytes(digest)); }

// RFC 2104.
Digest hmac(const std::string& key, const std::string& text) {
  std::string inner = key.size() > block_bytes ? text_of(journal::sha256(key)) : key;
  inner.resize(block_bytes, '\0');
  std::string outer = inner;
  for (auto& c : inner) c = static_cast<char>(c ^ 0x36);
  for (auto& c : outer) c = static_cast<char>(c ^ 0x5c);
  return journal::sha256(outer + text_of(journal::sha256(inner + text)));
}

// RFC 5802: Hi(), which is PBKDF2 of one block.
Digest salted(const std::string& password, const std::string& salt, int iterations) {
  Digest last = hmac(password, salt + std::string("\0\0\0\1", 4));
  Digest out = last;
  for (int i = 1; i < iterations; ++i) {
    last = hmac(password, text_of(last));
    for (std::size_t at = 0; at < out.size(); ++at) out[at] ^= last[at];
  }
  return out;
}

std::string base64(const std::string& bytes) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const auto left = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = group << 8U | (i < left ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i)
      out += i <= left ? alphabet[group >> (18U - 6U * i) & 63U] : '=';
  }
  return out;
}

}  // namespace

std::string scram_verifier(const Secret& password, const std::string& salt, int iterations) {
  assert(iterations >= 1);
  const auto key = text_of(salted(password.reveal(), salt, iterations));
  const auto stored = journal::sha256(text_of(hmac(key, "Client Key")));
  const auto server = hmac(key, "Server Key");
  return "SCRAM-SHA-256$" + std::to_string(iterations) + ":" + base64(salt) + "$" +
         base64(text_of(stored)) + ":" + base64(text_of(server));
}

}  // namespace ride::sandbox
