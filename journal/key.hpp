// Ed25519 keys that sign checkpoints, as the C2SP signed-note format has them: a key has a name and
// a 32-bit id, and its public half is one line of text, the "vkey". Objects are values (copies
// share OpenSSL's key), and may be used from any thread.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

struct evp_pkey_st;

namespace ride::journal {

// Shared, because OpenSSL counts the references to a key itself and nothing changes one.
using KeyHandle = std::shared_ptr<evp_pkey_st>;
using KeyId = std::array<char, 4>;

inline constexpr std::string_view key_name = "ride";

class PublicKey {
 public:
  // From "name+id+base64"; nullopt where the line is no such key, or its id is not the key's.
  static std::optional<PublicKey> parse(std::string_view vkey);

  const std::string& vkey() const { return vkey_; }
  const std::string& name() const { return name_; }
  const KeyId& id() const { return id_; }
  bool verifies(Bytes message, Bytes signature) const;

 private:
  friend class SigningKey;
  PublicKey(std::string name, std::string raw, KeyHandle handle);

  std::string name_;
  std::string vkey_;
  KeyId id_{};
  KeyHandle handle_;
};

// The private half is never printed, and leaves the object for its file alone.
class SigningKey {
 public:
  static SigningKey generate();
  // The key in `folder`/journal.key (PEM, 0600), made at first use, beside journal.vkey, its public
  // half. Throws std::runtime_error or std::system_error with one line that names the path.
  static SigningKey ensure(const std::filesystem::path& folder);
  // Nothing where there is none.
  static std::optional<SigningKey> load(const std::filesystem::path& folder);

  const PublicKey& public_key() const { return public_key_; }
  std::string sign(Bytes message) const;  // 64 bytes

 private:
  explicit SigningKey(KeyHandle handle);
  void save(const std::filesystem::path& folder) const;

  KeyHandle handle_;
  PublicKey public_key_;
};

}  // namespace ride::journal
