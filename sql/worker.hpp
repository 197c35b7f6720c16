// Runs the parser where it is safe: on one thread of its own with a 64 MiB stack, because
// PostgreSQL's parse trees are as deep as the text wants and its memory contexts belong to a
// thread. Answers are kept by text, within bounds.
//
// One owner thread makes it, calls it and destroys it; a call returns when the answer is there.
// References returned live until the next call on the same Analyser.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "sql/split.hpp"
#include "sql/statement.hpp"
#include "sql/where.hpp"

namespace ride::sql {

class Analyser {
 public:
  struct Limits {
    std::size_t stack_bytes = 64U << 20U;
    std::size_t cached_statements_max = 4'096;
    std::size_t cached_bytes_max = 32U << 20U;  // of statement text
  };

  Analyser();  // throws std::system_error when the thread cannot be made
  explicit Analyser(const Limits& limits);
  ~Analyser();
  Analyser(const Analyser&) = delete;
  Analyser& operator=(const Analyser&) = delete;

  const Analysis& analyse(std::string_view text);
  Split split(std::string_view text);
  std::optional<SignalQuery> signal_query(std::string_view text);
  bool is_tool_query(std::string_view text);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ride::sql
