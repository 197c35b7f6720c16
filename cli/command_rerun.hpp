// `ride replay FILE --run`: what the other half of cli/command_replay.cpp calls.
#pragma once

#include "cli/options.hpp"

namespace ride::cli {

// Carries the attempt out again, compares, prints. Returns the exit code.
int carry_out_again(const Replay& options);

}  // namespace ride::cli
