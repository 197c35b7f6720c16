// What `ride proxy --explain` prints: what becomes of TLS and channel binding between these
// addresses.
#pragma once

#include "proxy/options.hpp"
#include "proxy/probe.hpp"

namespace ride::cli {

// The exit code. Throws Failure where the server was not reached.
int print_explanation(const proxy::Options& options, const proxy::Probed& probed, bool json);

}  // namespace ride::cli
