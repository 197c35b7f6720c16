// Prints moments for people (text in the manner of psql) and for programs (JSON, one object a
// line). Pure: equal moments, equal bytes; terminal, width and NO_COLOR are the caller's to find
// out. Nothing recorded can inject terminal escapes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "replay/moment.hpp"

namespace ride::replay {

struct PrintStyle {
  std::size_t width = 80;
  bool color = false;
  std::size_t rows_max = 40;  // of one result
  bool tool_queries = false;  // print clients' own catalog queries in full, not as one line
};

// Remembers what it printed last, so that an answer right below its statement needs no name.
class TextPrinter {
 public:
  explicit TextPrinter(PrintStyle style) : style_(style) {}

  // Whole lines; empty where there is nothing to print.
  std::string print(const Moment& moment);

 private:
  std::string print(const Moment& moment, const StatementBegan& statement);
  std::string print(const Moment& moment, const StatementEnded& answer);
  std::string print(const Moment& moment, const Note& note);

  PrintStyle style_;
  std::int64_t open_ = 0;  // number of the statement whose text was printed last
};

// One line without line feed.
std::string to_json(const Moment& moment);

}  // namespace ride::replay
