#include "journal/key.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>

#include "journal/base64.hpp"
#include "journal/event_json.hpp"
#include "journal/sha256.hpp"

namespace ride::journal {
namespace {

namespace fs = std::filesystem;

constexpr char ed25519 = 1;  // signed-note's number of the algorithm
constexpr std::size_t raw_bytes = 32;
constexpr std::size_t signature_bytes = 64;

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

fs::path private_file(const fs::path& folder) { return folder / "journal.key"; }

unsigned char* data_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
const unsigned char* data_of(Bytes bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

KeyHandle own(EVP_PKEY* key) {
  if (key == nullptr) throw std::runtime_error("signing key: OpenSSL refuses Ed25519");
  return {key, EVP_PKEY_free};
}

std::string raw_of(const KeyHandle& handle) {
  std::string raw(raw_bytes, '\0');
  auto length = raw.size();
  if (EVP_PKEY_get_raw_public_key(handle.get(), data_of(raw), &length) != 1 || length != raw_bytes)
    throw std::runtime_error("signing key: is no Ed25519 key");
  return raw;
}

[[noreturn]] void fail(const fs::path& path, const std::string& what) {
  throw std::system_error(errno, std::system_category(), path.string() + ": " + what);
}

// A file that is whole as soon as it has its name; false: there is one of that name already.
template <typename Write>
bool make_file(const fs::path& path, mode_t mode, Write write) {
  const fs::path draft = path.string() + ".new." + std::to_string(::getpid());
  ::unlink(draft.c_str());
  const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0) fail(draft, "cannot create the file of a key");
  {
    const File file(::fdopen(descriptor, "w"));
    if (!file || !write(file.get()) || std::fflush(file.get()) != 0 || ::fsync(descriptor) != 0)
      fail(draft, "cannot write the file of a key");
  }
  const int linked = ::link(draft.c_str(), path.c_str());
  const int error = errno;
  ::unlink(draft.c_str());
  errno = error;
  if (linked != 0 && error != EEXIST) fail(path, "cannot create the file of a key");
  return linked == 0;
}

}  // namespace

PublicKey::PublicKey(std::string name, std::string raw, KeyHandle handle)
    : name_(std::move(name)), handle_(std::move(handle)) {
  const std::string typed = ed25519 + raw;
  const auto digest = Sha256().add(name_).add("\n").add(typed).finish();
  std::ranges::copy_n(as_bytes(digest).begin(), id_.size(), id_.begin());
  vkey_ = name_ + "+" + to_hex({id_.data(), id_.size()}) + "+" + to_base64(typed);
}

std::optional<PublicKey> PublicKey::parse(std::string_view vkey) {
  const auto first = vkey.find('+');
  if (first == 0 || first == std::string_view::npos) return std::nullopt;
  const auto second = vkey.find('+', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  const auto typed = from_base64(vkey.substr(second + 1));
  if (!typed || typed->size() != 1 + raw_bytes || typed->front() != ed25519) return std::nullopt;
  auto* const key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr,
                                                data_of(Bytes(*typed).substr(1)), raw_bytes);
  if (key == nullptr) return std::nullopt;
  PublicKey out(std::string(vkey.substr(0, first)), typed->substr(1), own(key));
  if (out.vkey_ != vkey) return std::nullopt;
  return out;
}

bool PublicKey::verifies(Bytes message, Bytes signature) const {
  if (signature.size() != signature_bytes) return false;
  const Context context(EVP_MD_CTX_new());
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, handle_.get()) == 1 &&
         EVP_DigestVerify(context.get(), data_of(signature), signature.size(), data_of(message),
                          message.size()) == 1;
}

SigningKey::SigningKey(KeyHandle handle)
    : handle_(std::move(handle)),
      public_key_(PublicKey(std::string(key_name), raw_of(handle_), handle_)) {}

SigningKey SigningKey::generate() {
  return SigningKey(own(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")));
}

std::optional<SigningKey> SigningKey::load(const fs::path& folder) {
  const auto path = private_file(folder);
  const File file(std::fopen(path.c_str(), "re"));
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    fail(path, "cannot read the signing key");
  }
  auto* const key = PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr);
  if (key == nullptr) throw std::runtime_error(path.string() + ": is no signing key; move it away");
  return SigningKey(own(key));
}

// Of two programs that make one at the same time, both use the one that came to its name.
SigningKey SigningKey::ensure(const fs::path& folder) {
  if (auto found = load(folder)) return *found;
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error)
    throw std::system_error(error, folder.string() + ": cannot make the folder of the key");
  const auto made = generate();
  made.save(folder);
  return *load(folder);
}

void SigningKey::save(const fs::path& folder) const {
  const bool ours = make_file(private_file(folder), 0600, [&](std::FILE* out) {
    return PEM_write_PKCS8PrivateKey(out, handle_.get(), nullptr, nullptr, 0, nullptr, nullptr) ==
           1;
  });
  if (!ours) return;
  make_file(folder / "journal.vkey", 0644, [&](std::FILE* out) {
    return std::fputs((public_key_.vkey() + "\n").c_str(), out) >= 0;
  });
}

std::string SigningKey::sign(Bytes message) const {
  std::string out(signature_bytes, '\0');
  auto length = out.size();
  const Context context(EVP_MD_CTX_new());
  if (EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, handle_.get()) != 1 ||
      EVP_DigestSign(context.get(), data_of(out), &length, data_of(message), message.size()) != 1)
    throw std::runtime_error("cannot sign: OpenSSL refuses Ed25519");
  return out;
}

}  // namespace ride::journal
