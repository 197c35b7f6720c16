// A real PostgreSQL with ssl=on, on TCP at 127.0.0.1 and on a unix socket. `scram_user` needs its
// password (SCRAM), `md5_user` and `plain_user` the same one by md5 and in the clear; everybody
// else comes in without.
#pragma once

#include <string>

#include "proxy/certificate.hpp"
#include "proxy/options.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/temporary_directory.hpp"

namespace ride::test {

// What such a server is started with, in a folder that it can read.
struct TlsSettings {
  // `host`: what the certificate is for; `valid_seconds` may be negative.
  explicit TlsSettings(const std::string& host = "IP:127.0.0.1", long valid_seconds = 3600);

  TemporaryDirectory directory;
  proxy::CertificateFiles certificate;  // the key is the server's user's, 0600
  std::vector<std::string> settings;
};

class TlsServer {
 public:
  explicit TlsServer(const std::string& host = "IP:127.0.0.1", long valid_seconds = 3600);

  std::uint16_t port() const { return port_; }
  proxy::Upstream tcp() const { return {"127.0.0.1", port_}; }
  proxy::Upstream unix_socket() const { return {server_.socket_directory(), port_}; }
  const proxy::CertificateFiles& certificate() const { return tls_.certificate; }
  std::string value(const std::string& sql) const { return server_.value(sql); }  // directly

 private:
  TlsSettings tls_;
  std::uint16_t port_ = free_port();
  Postgres server_;
};

}  // namespace ride::test
