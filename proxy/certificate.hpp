// The certificate the proxy shows to clients that ask for TLS: made by the proxy itself on first
// use, kept in a folder of its own. It proves nothing about who we are (nobody signed it); it makes
// `sslmode=require` work.
#pragma once

#include <string>

namespace ride::proxy {

struct CertificateFiles {
  std::string certificate;  // path, PEM
  std::string key;          // path, PEM, mode 0600
};

// Returns the files of `directory`, making the directory (0700) and both files if they are not
// there: EC P-256, valid for ten years, for localhost, 127.0.0.1 and ::1. Who comes while another
// makes them waits. Throws std::runtime_error
// with one line that names the path.
CertificateFiles ensure_certificate(const std::string& directory);

}  // namespace ride::proxy
