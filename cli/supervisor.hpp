// The process that keeps a run: it boots the sandbox, serves the control socket and closes the
// file. The program forks it from `start` (and from `reset` after an interruption), so that it
// outlives the command; with --foreground the command is the supervisor.
#pragma once

#include <boost/json/object.hpp>

#include "cli/control.hpp"
#include "cli/paths.hpp"
#include "cli/run_state.hpp"

namespace ride::cli {

// Whether the run outlives the process that began it.
enum class Tie { none, to_caller };

// Forks the supervisor and waits until the run can be used. The supervisor takes the lock over.
// Returns what Run::describe() says. Throws Failure with the supervisor's reason; nothing is left
// behind then.
boost::json::object launch_supervisor(const Home& home, RunState state, RunLock lock,
                                      const Progress& progress, Tie tie = Tie::none);

// The same without a process of its own: calls `ready` once the run can be used, and returns when
// it was stopped, by `ride postgres stop` or by a signal.
void supervise_here(const Home& home, RunState state, const RunLock& lock, const Progress& progress,
                    const std::function<void(const boost::json::object&)>& ready);

}  // namespace ride::cli
