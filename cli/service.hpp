// Answers the control socket for a run, one request after the other, until it is stopped.
#pragma once

#include "cli/control.hpp"
#include "cli/run.hpp"

namespace ride::cli {

// Returns after `stop`, or after `wake` became readable, which stops the run too.
void serve(Run& run, ControlServer& server, int wake);

}  // namespace ride::cli
