#include "tests/proxy/tls_server.hpp"

#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "tests/proxy/certificates.hpp"
#include "tests/support/child.hpp"

namespace ride::test {

TlsSettings::TlsSettings(const std::string& host, long valid_seconds) {
  const auto folder = directory.path().string();
  certificate = make_certificate(folder, "server", host, valid_seconds);
  const auto hba = folder + "/pg_hba.conf";
  std::ofstream(hba) << "host all scram_user all scram-sha-256\n"
                        "local all scram_user scram-sha-256\n"
                        "host all md5_user all md5\n"
                        "host all plain_user all password\n"
                        "host all all all trust\n"
                        "local all all trust\n";
  const auto [uid, gid] = unprivileged_user();
  for (const auto& file : {folder, certificate.certificate, certificate.key, hba})
    if (::chown(file.c_str(), uid, gid) != 0) throw std::runtime_error("cannot give away " + file);
  settings = {"ssl=on", "ssl_cert_file=" + certificate.certificate,
              "ssl_key_file=" + certificate.key, "hba_file=" + hba};
}

TlsServer::TlsServer(const std::string& host, long valid_seconds)
    : tls_(host, valid_seconds), server_(tls_.settings, port_) {
  const auto password = " LOGIN PASSWORD '" + std::string(scram_password) + "'";
  value("CREATE ROLE plain_user" + password);
  value("SET password_encryption = 'md5'; CREATE ROLE md5_user" + password);
}

}  // namespace ride::test
