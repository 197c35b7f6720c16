#include "proxy/certificate.hpp"

#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "proxy/openssl.hpp"

namespace ride::proxy {
namespace {

constexpr long certificate_life_seconds = 10L * 365 * 24 * 3600;

using File = std::unique_ptr<std::FILE, Releaser<std::fclose>>;

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("TLS certificate: " + what);
}

void add_extension(X509* certificate, int id, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  using Extension = std::unique_ptr<X509_EXTENSION, Releaser<X509_EXTENSION_free>>;
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, id, value));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) fail(openssl_error());
}

Certificate self_signed(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  std::uint64_t serial = 0;
  if (!certificate || RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1)
    fail(openssl_error());
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1U);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), certificate_life_seconds);
  X509_set_pubkey(certificate.get(), key);
  auto* name = X509_get_subject_name(certificate.get());
  const auto* common_name = reinterpret_cast<const unsigned char*>("localhost");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
  if (X509_sign(certificate.get(), key, EVP_sha256()) == 0) fail(openssl_error());
  return certificate;
}

// Written beside its final name and renamed, so that nobody ever reads half a file.
template <typename Write>
void write_file(const std::string& path, mode_t mode, Write write) {
  const auto draft = path + ".new";
  ::unlink(draft.c_str());
  const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0) fail(draft + ": " + std::strerror(errno));
  File file(::fdopen(descriptor, "w"));
  if (!file) fail(draft + ": " + std::strerror(errno));
  if (write(file.get()) != 1 || std::fflush(file.get()) != 0)
    fail(draft + ": cannot be written: " + std::strerror(errno));
  if (std::rename(draft.c_str(), path.c_str()) != 0) fail(path + ": " + std::strerror(errno));
}

// Held while it lives, by one process (or thread) at a time: the folder's own lock, so that nothing
// is left behind. Two that make a certificate at once would leave one's key beside the other's.
class FolderLock {
 public:
  explicit FolderLock(const std::string& directory)
      : descriptor_(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail(directory + ": " + std::strerror(errno));
    while (::flock(descriptor_, LOCK_EX) != 0) {
      if (errno == EINTR) continue;
      const auto why = directory + ": cannot be locked: " + std::strerror(errno);
      ::close(descriptor_);
      fail(why);
    }
  }
  ~FolderLock() { ::close(descriptor_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int descriptor_;
};

}  // namespace

CertificateFiles ensure_certificate(const std::string& directory) {
  CertificateFiles files{directory + "/server.crt", directory + "/server.key"};
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) fail(directory + ": " + error.message());
  if (::chmod(directory.c_str(), 0700) != 0) fail(directory + ": " + std::strerror(errno));
  const FolderLock lock(directory);
  // The certificate is written last: where it is, the key that belongs to it is too.
  if (std::filesystem::exists(files.certificate, error)) return files;

  const PrivateKey key(EVP_EC_gen("P-256"));
  if (!key) fail(openssl_error());
  const auto certificate = self_signed(key.get());
  write_file(files.key, 0600, [&](std::FILE* out) {
    return PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  write_file(files.certificate, 0644,
             [&](std::FILE* out) { return PEM_write_X509(out, certificate.get()); });
  return files;
}

}  // namespace ride::proxy
