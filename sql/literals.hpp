// Where the literals and comments of a text stand, so that it can be shown without them. By tokens,
// never by a parse tree: a text with a syntax error loses its values too. What cannot be told for
// certain counts as a literal. Calls nothing but the scanner; any thread may call.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ride::sql {

// Bytes `start` to `end` (one past the last) of a text, to be replaced by `mark`.
struct Cut {
  std::size_t start = 0;
  std::size_t end = 0;
  std::string_view mark;
};

// How a value is written that was taken out: a literal stays one, so that the text can be parsed.
inline constexpr std::string_view cut_mark = "<redacted>";
inline constexpr std::string_view cut_literal_mark = "'<redacted>'";

// Ascending, apart from each other: strings of every form and numbers, what comments say, and the
// same inside dollar-quoted bodies. The lengths of types (`numeric(10, 2)`) and the counts of FETCH
// and MOVE stay. Of a text that cannot be scanned, or whose strings may end elsewhere for the
// server, all from the first quote, digit or comment on.
std::vector<Cut> literals_of(std::string_view text);

// The text with each piece replaced by its mark. Pieces may overlap: what overlaps goes as one.
std::string without(std::string_view text, std::vector<Cut> cuts);

}  // namespace ride::sql
