// The contexts that are made before any connection.
#include "proxy/tls.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "tests/catch.hpp"
#include "tests/proxy/certificates.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace ride::proxy;
using namespace ride::test;

namespace {

template <typename Action>
std::string said(Action action) {
  try {
    action();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a private key that others can read is refused in one line", "[proxy]") {
  const TemporaryDirectory directory;
  const auto files = make_certificate(directory.path().string(), "own", "DNS:localhost");
  Options options;
  options.tls_certificate_file = files.certificate;
  options.tls_key_file = files.key;
  CHECK(make_client_tls(options) != nullptr);
  for (const mode_t mode : {0640U, 0604U, 0660U}) {
    REQUIRE(::chmod(files.key.c_str(), mode) == 0);
    const auto message = said([&] { make_client_tls(options); });
    CHECK(message == "TLS: " + files.key +
                         ": others can read this private key; its mode must be 0600 or less");
  }
}

TEST_CASE("a key that does not fit, or is none, is named, and nothing of it is shown", "[proxy]") {
  const TemporaryDirectory directory;
  const auto files = make_certificate(directory.path().string(), "own", "DNS:localhost");
  const auto other = make_certificate(directory.path().string(), "other", "DNS:localhost");
  Options options;
  options.tls_certificate_file = files.certificate;
  options.tls_key_file = other.key;
  CHECK(said([&] {
          make_client_tls(options);
        }).starts_with("TLS: " + other.key + ": not the certificate's key: "));
  std::ofstream(other.key) << "planted-key-secret";
  const auto message = said([&] { make_client_tls(options); });
  CHECK(message.starts_with("TLS: " + other.key + ": not the certificate's key: "));
  CHECK(message.find("planted-key-secret") == std::string::npos);
  CHECK(message.find('\n') == std::string::npos);
  options.tls_key_file = directory.path().string();
  CHECK(said([&] { make_client_tls(options); }) ==
        "TLS: " + options.tls_key_file + ": not a regular file");
}

TEST_CASE("what the server is verified with has to be there", "[proxy]") {
  UpstreamTls options;
  CHECK(make_upstream_tls(options) == nullptr);
  options.mode = TlsMode::require;
  CHECK(make_upstream_tls(options) != nullptr);
  options.mode = TlsMode::verify_ca;
  options.ca_file = "/nonexistent/root.crt";
  CHECK(said([&] {
          make_upstream_tls(options);
        }).starts_with("TLS: /nonexistent/root.crt: no certificates to verify the server with"));
  options.ca_file = "system";
  CHECK(make_upstream_tls(options) != nullptr);
}
