// What became different when an attempt was carried out again: of one statement, and of the grade.
// Each difference is one line for people. Values in results are not compared: pids, times and what
// live sessions do are others each time. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "replay/rerun_plan.hpp"
#include "scorer/grade.hpp"

namespace ride::replay {

// "UPDATE 3, now UPDATE 4"; empty: the same command tag, number of rows, SQLSTATE and columns.
// Columns count where both know them: their labels, and their types as far as these are
// PostgreSQL's own.
std::string difference(const Outcome& then, const Outcome& now);

// The number of the attempt does not count.
std::vector<std::string> differences(const scorer::Verdict& then, const scorer::Verdict& now);

}  // namespace ride::replay
