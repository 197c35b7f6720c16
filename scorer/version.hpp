// The version of the grader: of the way rules are run and decided, not of ride. It stands on every
// card, and is raised by every change after which the same file could get another card.
#pragma once

#include <string_view>

namespace ride::scorer {

inline constexpr std::string_view grader_version = "ride-grader 2";

}  // namespace ride::scorer
