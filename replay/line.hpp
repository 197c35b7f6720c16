// What playback shows, line by line: pieces of text with a meaning, which a terminal, a recording
// of one, or a plain file each paint in their own way. Text in a Line is harmless: it went through
// scorer/text.hpp. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ride::replay {

enum class Paint : std::uint8_t {
  plain,
  bold,
  dim,
  good,
  bad,
  keyword,
  literal,
  comment,
  lane,
  found,   // what was searched for
  status,  // the player's own bars
};

struct Span {
  Paint paint = Paint::plain;
  std::string text;

  bool operator==(const Span&) const = default;
};

using Line = std::vector<Span>;

// A line of one piece. `text` must be harmless already, and without line feed.
Line line_of(std::string text, Paint paint = Paint::plain);

std::string plain_text(const Line& line);
std::size_t width_of(const Line& line);

// As much of it as `width` columns hold, with a "…" where something is missing.
Line cut(Line line, std::size_t width);

// With ANSI colours where `color`, without line feed. The only escapes in it are ours.
std::string to_terminal(const Line& line, bool color);

// The same line with every occurrence of `needle` (in lower case, ASCII folded) painted as found.
Line with_found(const Line& line, std::string_view needle);

// Text whose parts have different paints, to be wrapped as one. What is added was recorded by
// others and is made harmless here; tabs become four spaces, line feeds stay.
class PaintedText {
 public:
  void add(std::string_view recorded, Paint paint);
  // Broken at `width` columns; behind `lead` (harmless) on the first line and as many spaces on the
  // others, at most half the width. At least one line.
  std::vector<Line> wrapped(std::string_view lead, std::size_t width) const;

 private:
  std::string text_;
  std::vector<Paint> paints_;  // one a byte of text_
};

// A statement's text, painted by PostgreSQL's own scanner; plain where that refuses it. Cut to its
// first 16 KiB, with a mark.
PaintedText painted_sql(std::string_view text);

}  // namespace ride::replay
