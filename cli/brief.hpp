// The brief of a scenario as people read it: what the alert says, who is hurt, what done means.
#pragma once

#include <iosfwd>
#include <string_view>

#include "scorer/rules.hpp"

namespace ride::cli {

void print_brief(const scorer::Rules& rules, std::ostream& out);

// Breaks text at white space into lines of at most `width` columns (bytes), each behind `indent`.
void print_wrapped(std::string_view text, std::string_view indent, std::size_t width,
                   std::ostream& out);

}  // namespace ride::cli
