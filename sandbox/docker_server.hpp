// PostgreSQL in a container of its own. No network: the server's unix socket stands in a
// bind-mounted private folder. The engine must share this machine's files.
#pragma once

#include <memory>

#include "sandbox/docker.hpp"
#include "sandbox/server.hpp"

namespace ride::sandbox {

// Throws std::runtime_error: no docker command, no engine answers or none that can share files, the
// image is not at hand (and may not be, or cannot be, pulled), or its version is outside the
// bounds.
std::unique_ptr<Server> make_docker_server(const ServerOptions& options, docker::Pull pull);

}  // namespace ride::sandbox
