#include "sandbox/scram.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cassert>
#include <stdexcept>

#include "journal/sha256.hpp"

namespace ride::sandbox {
namespace {

using journal::Digest;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());  // what OpenSSL calls bytes
}

void check(bool worked) {
  if (!worked) throw std::runtime_error("SCRAM: OpenSSL refuses; is its default provider off?");
}

Digest hmac(const Digest& key, std::string_view text) {
  Digest out{};
  unsigned int size = 0;
  check(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(),
             out.data(), &size) != nullptr);
  return out;
}

// RFC 5802: Hi().
Digest salted(const std::string& password, const std::string& salt, int iterations) {
  Digest out{};
  check(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes_of(salt),
                          static_cast<int>(salt.size()), iterations, EVP_sha256(),
                          static_cast<int>(out.size()), out.data()) == 1);
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a zero
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(bytes),
                                   static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

}  // namespace

std::string scram_verifier(const Secret& password, const std::string& salt, int iterations) {
  assert(iterations >= 1);
  const auto key = salted(password.reveal(), salt, iterations);
  const auto stored = journal::sha256(journal::as_bytes(hmac(key, "Client Key")));
  const auto server = hmac(key, "Server Key");
  return "SCRAM-SHA-256$" + std::to_string(iterations) + ":" + base64(salt) + "$" +
         base64(journal::as_bytes(stored)) + ":" + base64(journal::as_bytes(server));
}

}  // namespace ride::sandbox
