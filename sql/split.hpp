// Cuts a query string into its statements, as the server would: by the parser, and where the parser
// cannot read the text (or the text is larger than parse_bytes_max) by the scanner.
//
// Offsets and lengths are bytes of the given text; white space around a statement and its closing
// semicolon are not part of it, a comment before its first word is. A text of white space, comments
// and semicolons alone has no pieces. Any thread may call, but a text from outside belongs on the
// thread of an Analyser (worker.hpp), whose stack is large enough for it.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace ride::sql {

inline constexpr std::size_t parse_bytes_max = 128U << 10U;  // larger texts are only scanned

struct Piece {
  std::size_t offset = 0;
  std::size_t length = 0;
};

enum class SplitBy { parser, scanner };

struct Split {
  std::vector<Piece> pieces;
  SplitBy by = SplitBy::parser;
};

Split split(std::string_view text);

}  // namespace ride::sql
