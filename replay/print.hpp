// Prints moments for people (text in the manner of psql) and for programs (JSON, one object a
// line). Pure: equal moments, equal bytes; terminal, width and NO_COLOR are the caller's to find
// out. Nothing recorded can inject terminal escapes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "replay/fold.hpp"
#include "replay/layout.hpp"
#include "replay/moment.hpp"

namespace ride::replay {

struct PrintStyle {
  LayoutStyle layout = {};
  bool color = false;
  bool tool_queries = false;  // print clients' own catalog queries in full, not as one line
};

// Moments come one at a time. Remembers what it printed last, so that an answer right below its
// statement needs no name, and the run of catalog queries that it is in.
class TextPrinter {
 public:
  explicit TextPrinter(PrintStyle style) : style_(style) {}

  // Whole lines; empty where there is nothing to print yet.
  std::string print(const Moment& moment);
  // What is left at the end.
  std::string finish();

 private:
  std::string text_of(const std::vector<Line>& lines) const;

  PrintStyle style_;
  std::int64_t open_ = -1;  // number of the statement whose text or answer was printed last
  std::optional<Fold> fold_;
};

// One line without line feed.
std::string to_json(const Moment& moment);

}  // namespace ride::replay
