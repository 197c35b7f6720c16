// The line of a hint that depends on what was looked at. Its words are the scenario's: titles of
// the detect rules that are seen, and the nudge of the first that is not. Pure.
#pragma once

#include <string>

#include "scorer/grade.hpp"
#include "scorer/rules.hpp"

namespace ride::cli {

// Empty where no rule that is not seen has a nudge, and something is still to be seen.
std::string nudge_of(const scorer::Rules& rules, const scorer::Verdict& so_far);

}  // namespace ride::cli
