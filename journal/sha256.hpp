// SHA-256 of OpenSSL's, in one go or piece by piece. An object belongs to one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.hpp"

struct evp_md_ctx_st;

namespace ride::journal {

using Digest = std::array<std::uint8_t, 32>;

class Sha256 {
 public:
  Sha256();

  Sha256& add(Bytes bytes);
  // The digest of all that was added; afterwards the object is as new.
  Digest finish();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };

  void begin();

  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

Digest sha256(Bytes bytes);
inline Bytes as_bytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace ride::journal
