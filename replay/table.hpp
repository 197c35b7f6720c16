// A result as psql shows it, cut to a width. Pure.
#pragma once

#include <cstddef>
#include <string>

#include "replay/moment.hpp"

namespace ride::replay {

// Head, rule and at most `rows_max` rows, each line ending in a line feed and at most `width`
// columns wide; the widest columns give way first. "" for an answer without columns.
std::string table_of(const StatementEnded& answer, std::size_t width, std::size_t rows_max);

}  // namespace ride::replay
