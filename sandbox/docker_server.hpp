// PostgreSQL in a container of its own, through the `docker` command (so contexts, DOCKER_HOST and
// podman's docker command work; ride never opens the engine's socket). No network: the server's
// unix socket stands in a bind-mounted private folder. The engine must share this machine's files.
#pragma once

#include <memory>
#include <string>

#include "sandbox/server.hpp"

namespace ride::sandbox {

enum class Pull { never, if_missing };

// Throws std::runtime_error: no docker command, no engine answers, the image is not at hand (and
// may not be, or cannot be, pulled), or its version is outside the bounds.
std::unique_ptr<Server> make_docker_server(const ServerOptions& options, Pull pull);

// "" or one line about why it is still there.
std::string remove_container(const std::string& name);

}  // namespace ride::sandbox
