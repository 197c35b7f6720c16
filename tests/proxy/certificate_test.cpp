#include "proxy/certificate.hpp"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <stdexcept>

#include "proxy/openssl.hpp"
#include "tests/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using ride::proxy::ensure_certificate;
using ride::test::TemporaryDirectory;

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("the certificate is made once, for this host, its key for its owner alone", "[proxy]") {
  const TemporaryDirectory directory;
  const auto files = ensure_certificate((directory / "tls").string());
  struct stat key {};
  REQUIRE(stat(files.key.c_str(), &key) == 0);
  CHECK((key.st_mode & 0777U) == 0600U);

  const auto pem = content(files.certificate);
  const std::unique_ptr<BIO, ride::proxy::Releaser<BIO_free>> in(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const ride::proxy::Certificate certificate(
      PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  REQUIRE(certificate);
  CHECK(X509_check_host(certificate.get(), "localhost", 0, 0, nullptr) == 1);
  CHECK(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0) == 1);
  CHECK(X509_check_ip_asc(certificate.get(), "::1", 0) == 1);

  ensure_certificate((directory / "tls").string());
  CHECK(content(files.certificate) == pem);
}

TEST_CASE("of several that make a certificate at once, all get the one that is left with its key",
          "[proxy]") {
  const TemporaryDirectory directory;
  const auto tls = (directory / "tls").string();
  for (int round = 0; round < 10; ++round) {
    std::filesystem::remove_all(tls);
    std::array<std::future<std::string>, 4> makers;
    for (auto& maker : makers)
      maker = std::async(std::launch::async,
                         [&tls] { return content(ensure_certificate(tls).certificate); });
    std::array<std::string, 4> seen;
    std::transform(makers.begin(), makers.end(), seen.begin(),
                   [](auto& maker) { return maker.get(); });
    CHECK(std::count(seen.begin(), seen.end(), seen[0]) == 4);
    const std::unique_ptr<SSL_CTX, ride::proxy::Releaser<SSL_CTX_free>> context(
        SSL_CTX_new(TLS_server_method()));
    CHECK(SSL_CTX_use_certificate_file(context.get(), (tls + "/server.crt").c_str(),
                                       SSL_FILETYPE_PEM) == 1);
    // Fails where it is another certificate's.
    CHECK(SSL_CTX_use_PrivateKey_file(context.get(), (tls + "/server.key").c_str(),
                                      SSL_FILETYPE_PEM) == 1);
  }
}

TEST_CASE("a folder that cannot be made is named", "[proxy]") {
  std::string said;
  try {
    ensure_certificate("/dev/null/tls");
  } catch (const std::runtime_error& error) {
    said = error.what();
  }
  CHECK(said.find("/dev/null/tls") != std::string::npos);
}
