// Text for terminals: made harmless, measured, cut and wrapped. What a file recorded was chosen by
// others (names, values, errors), so everything that reaches a terminal passes printable() first.
// Pure functions; UTF-8 in and out; widths are terminal columns.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ride::scorer {

// Replaces what could move the cursor, change colours, or hide or reorder text: control characters
// (ESC becomes ^[), invalid UTF-8 (\xff), bidirectional and invisible marks (\u202e). Tab and
// newline stay.
std::string printable(std::string_view text);

// As printable(), and tab and newline become "\t" and "\n" too: for what must stay on one line.
std::string printable_line(std::string_view text);

// Serialized JSON as it may go to a terminal: what printable() would replace stands as \u escapes
// inside its strings, and invalid UTF-8 as U+FFFD. The same JSON value for every reader.
std::string printable_json(std::string_view json);

// Columns that printable text takes: two for wide East Asian characters, none for combining ones.
std::size_t display_width(std::string_view text);

// The text, or as much of it as leaves room for "…" within `width` columns (at least 1).
std::string cut(std::string_view text, std::size_t width);

// Cut or filled with spaces on the right to exactly `width` columns.
std::string fit(std::string_view text, std::size_t width);

// Lines of at most `width` columns, broken at spaces, in words only where a word is longer.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace ride::scorer
