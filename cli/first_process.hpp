// `ride postgres start` as the first process of a container: the whole lab for people with Docker
// alone. It starts the run, stays, gives a shell where there is a terminal, reaps what is orphaned,
// and stops the run when the shell ends, on SIGTERM, SIGINT or SIGHUP, or with the run.
#pragma once

#include "cli/options.hpp"

namespace ride::cli {

// Whether this process is the first one of its PID namespace, as a container's is.
bool is_first_process();

// The port that the lab listens on inside its container unless --port says otherwise, on all
// addresses: what can be reached is decided by `docker run -p`.
inline constexpr std::uint16_t container_port = 7432;

// Returns the exit code of the container. Single-threaded; must be called before any thread is
// made.
int lead_container(Start options);

}  // namespace ride::cli
