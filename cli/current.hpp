// The run that commands are about. Whoever finds that its supervisor died settles that first: the
// sandbox's remains are removed, the file is finished, and the attempt that was open is closed as
// "interrupted".
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "cli/control.hpp"
#include "cli/paths.hpp"
#include "cli/run_state.hpp"

namespace ride::cli {

struct Current {
  RunState state;
  bool alive = false;           // its supervisor answers, or will once it has booted
  std::optional<RunLock> lock;  // ours, where it is not alive
};

// Nothing where there is no run. Settles an interruption, and says so on standard error.
std::optional<Current> current_run(const Home& home);

// Asks the run's supervisor. Nothing where that is dead, or dies meanwhile: `current` is then
// settled and says what is left. Throws as request(), and where nothing is left.
std::optional<boost::json::object> ask(const Home& home, Current& current,
                                       const boost::json::object& what,
                                       const Progress& progress = {});

// The same for commands that need a living run: throws Failure that says what to do where there is
// none or it was interrupted.
boost::json::object ask_running(const Home& home, const boost::json::object& what,
                                const Progress& progress = {});
RunState require_running(const Home& home);

// The lock of RIDE_HOME, with no run left in the way. Throws Failure while one is in progress.
RunLock take_home(const Home& home);

// After `stop` was answered: the supervisor answers before it ends, and the next start must not
// find it still there. Throws Failure where it does not end.
void wait_for_exit(const Home& home);

// One line about a run whose supervisor died.
std::string interruption(const RunState& state);

// Was the last attempt of the file graded?
bool last_attempt_submitted(const std::string& file);

}  // namespace ride::cli
