// Lays one moment out in lines, in the manner of psql. Pure: equal moments, equal lines. Nothing
// recorded can inject terminal escapes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "replay/fold.hpp"
#include "replay/line.hpp"
#include "replay/moment.hpp"

namespace ride::replay {

struct LayoutStyle {
  std::size_t width = 80;
  std::size_t rows_max = 40;  // of one result
  bool expanded = false;      // a line for each value, as psql's \x
};

// `below`: an answer right below its statement needs no name. Lines are at most `width` wide (20 at
// least); one without text is a blank line.
std::vector<Line> lines_of(const Moment& moment, bool below, const LayoutStyle& style);

// None for a run that holds no answer.
std::vector<Line> lines_of(const Fold& fold, const LayoutStyle& style);

// "1:02.345"
std::string clock_of(std::int64_t us);

}  // namespace ride::replay
