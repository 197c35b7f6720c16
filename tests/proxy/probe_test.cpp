#include "proxy/probe.hpp"

#include "tests/catch.hpp"
#include "tests/proxy/tls_server.hpp"

using namespace ride;
using namespace ride::test;

TEST_CASE("the probe finds out whether the server has TLS, and our certificate",
          "[postgres][proxy]") {
  TlsServer server;
  proxy::Options options;
  options.upstream = server.tcp();
  options.upstream_tls.mode = proxy::TlsMode::prefer;
  auto probed = proxy::probe(options);
  CHECK(probed.server_tls.starts_with("TLSv1.3 "));
  CHECK_FALSE(probed.legs.has_certificate);
  CHECK_FALSE(probed.legs.same_certificate);

  options.tls_certificate_file = server.certificate().certificate;
  options.tls_key_file = server.certificate().key;
  probed = proxy::probe(options);
  CHECK(probed.legs.server_tls);
  CHECK(probed.legs.same_certificate);

  options.upstream = server.unix_socket();
  CHECK_FALSE(proxy::probe(options).legs.server_tls);
  options.upstream = {"/nonexistent", 5432};
  CHECK(proxy::probe(options).failure == "No such file or directory");
}
