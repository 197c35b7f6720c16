// What the report's page is drawn from: JSON that may stand in a <script> of a page. Text in it is
// harmless for people too: control characters, hidden and reordering marks are shown as in the
// player. Long texts and results are cut, each with a mark that says how much is missing. Pure.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <string_view>

#include "replay/report.hpp"

namespace ride::replay {

// Of one result. A share of the page, so that a long attempt still opens.
inline constexpr std::size_t results_bytes_max = 24U << 20U;  // of all of them
inline constexpr std::size_t result_bytes_max = 128U << 10U;
inline constexpr std::size_t result_bytes_min = 400;

void write_report_data(const Report& report, std::ostream& out);

// Serialized JSON without any byte that could end a <script> or begin something in it.
std::string for_script(std::string_view json);

}  // namespace ride::replay
