#include "journal/sha256.hpp"

#include <openssl/evp.h>

#include <stdexcept>

namespace ride::journal {
namespace {

void check(int result) {
  if (result != 1)
    throw std::runtime_error("SHA-256: OpenSSL refuses; is its default provider off?");
}

// Looked up once: fetching it for every digest would cost more than a short text's digest itself.
const EVP_MD* algorithm() {
  static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return fetched;
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) { begin(); }

void Sha256::begin() { check(EVP_DigestInit_ex(context_.get(), algorithm(), nullptr)); }

Sha256& Sha256::add(Bytes bytes) {
  check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
  return *this;
}

Digest Sha256::finish() {
  Digest digest{};
  check(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
  begin();
  return digest;
}

Digest sha256(Bytes bytes) { return Sha256().add(bytes).finish(); }

}  // namespace ride::journal
