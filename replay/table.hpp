// A result as psql shows it, cut to a width. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "replay/line.hpp"
#include "replay/moment.hpp"

namespace ride::replay {

// Head, rule and at most `rows_max` rows, each line at most `width` columns wide; the widest
// columns give way first. None for an answer without columns.
std::vector<Line> table_of(const StatementEnded& answer, std::size_t width, std::size_t rows_max);

// The same as psql's \x: for each row a rule, then a line for each value, wrapped where it is long.
std::vector<Line> expanded_table_of(const StatementEnded& answer, std::size_t width,
                                    std::size_t rows_max);

}  // namespace ride::replay
