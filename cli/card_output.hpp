// Prints the card of an attempt from its file alone. `submit` and `score` both end here, so that
// they print the same bytes.
#pragma once

#include "cli/options.hpp"

namespace ride::cli {

// Says on standard error when the rules in the file are not those of the scenario installed here.
void print_card(const Score& options);

}  // namespace ride::cli
