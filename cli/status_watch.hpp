// `ride postgres status --watch`: the dashboard, once a second, until the run ends or somebody says
// q or Ctrl-C. On a terminal it is drawn in place; elsewhere each change is a line, as text or as
// JSON. One thread; the terminal is as it was when it returns.
#pragma once

#include "cli/paths.hpp"

namespace ride::cli {

// The exit code. Throws Failure where there is no run to watch.
int watch_status(const Home& home, bool as_json);

}  // namespace ride::cli
