#include "tests/proxy/certificates.hpp"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <stdexcept>

#include "proxy/openssl.hpp"

namespace ride::test {

using proxy::Releaser;

namespace {

void require(bool fine) {
  if (!fine) throw std::runtime_error("a test's certificate: " + proxy::openssl_error());
}

proxy::Certificate sign(EVP_PKEY* key, const std::string& host, long valid_seconds) {
  proxy::Certificate out(X509_new());
  X509_set_version(out.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(out.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(out.get()), -24L * 3600);
  X509_gmtime_adj(X509_getm_notAfter(out.get()), valid_seconds);
  X509_set_pubkey(out.get(), key);
  auto* name = X509_get_subject_name(out.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(out.get(), name);
  const std::unique_ptr<X509_EXTENSION, Releaser<X509_EXTENSION_free>> names(
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, host.c_str()));
  require(names && X509_add_ext(out.get(), names.get(), -1) == 1);
  require(X509_sign(out.get(), key, EVP_sha256()) != 0);
  return out;
}

}  // namespace

proxy::CertificateFiles make_certificate(const std::string& directory, const std::string& name,
                                         const std::string& host, long valid_seconds) {
  proxy::CertificateFiles files{directory + '/' + name + ".crt", directory + '/' + name + ".key"};
  const proxy::PrivateKey key(EVP_EC_gen("P-256"));
  require(key != nullptr);
  const auto certificate = sign(key.get(), host, valid_seconds);
  using Out = std::unique_ptr<BIO, Releaser<BIO_free>>;
  {
    const Out out(BIO_new_file(files.certificate.c_str(), "w"));
    require(out && PEM_write_bio_X509(out.get(), certificate.get()) == 1);
    const Out secret(BIO_new_file(files.key.c_str(), "w"));
    require(secret && PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0,
                                               nullptr, nullptr) == 1);
  }
  require(::chmod(files.key.c_str(), 0600) == 0);
  return files;
}

}  // namespace ride::test
