// Asks the server, before any client comes, what channel binding will meet: see binding.hpp. Opens
// one connection as a session would, and closes it without a start-up packet.
#pragma once

#include <string>

#include "proxy/binding.hpp"
#include "proxy/options.hpp"

namespace ride::proxy {

struct Probed {
  std::string failure;     // why the server cannot be reached; "": it was
  std::string server_tls;  // "TLSv1.3 TLS_AES_256_GCM_SHA384", or "" without TLS
  Legs legs;
};

// Blocks for limits.connect_wait_max at most. Throws std::runtime_error where a file of the options
// cannot be used. SIGPIPE has to be ignored.
Probed probe(const Options& options);

}  // namespace ride::proxy
