// Certificates of a test's own, signed by themselves.
#pragma once

#include <string>

#include "proxy/certificate.hpp"

namespace ride::test {

// PEM files NAME.crt and NAME.key (0600) in `directory`, for the host `host` ("DNS:…" or "IP:…"),
// valid from yesterday until `valid_seconds` from now.
proxy::CertificateFiles make_certificate(const std::string& directory, const std::string& name,
                                         const std::string& host, long valid_seconds = 3600);

}  // namespace ride::test
