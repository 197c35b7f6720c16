// Says what one statement does, by PostgreSQL's own parser. Texts that it cannot read, larger ones
// than parse_bytes_max and deeper ones than the limit here are only scanned (Analysis::parsed).
//
// Works on the calling thread and recurses as deep as the text does: text from outside belongs on
// the thread of an Analyser (worker.hpp). Nothing is thrown for bad text.
#pragma once

#include <cstddef>
#include <string_view>

#include "sql/statement.hpp"

namespace ride::sql {

inline constexpr std::size_t tree_depth_max = 8'000;  // levels of JSON, two to three per operator

// `text` is one statement, a piece of split(); of several only the first is analysed.
Analysis analyse(std::string_view text);

}  // namespace ride::sql
