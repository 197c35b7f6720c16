// What was typed as words becomes what the proxy is told: addresses, networks, modes.
#pragma once

#include "cli/options.hpp"

namespace ride::cli {

// Throws Failure that names the option, and where a file set it, its line.
Proxy checked(const Proxy& options);

}  // namespace ride::cli
