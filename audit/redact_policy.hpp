// What is to be taken out of a copy, as people say it: `results,values`, `pattern=REGEX`, `@FILE`.
#pragma once

#include <regex.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sql/literals.hpp"

namespace ride::audit {

// An extended regular expression, as grep -E takes it, over bytes. Copies share it.
class Pattern {
 public:
  // Throws std::runtime_error: what is wrong with it.
  explicit Pattern(const std::string& expression);

  // Adds where it matches, without overlaps, from the left.
  void find(std::string_view text, std::vector<sql::Cut>& out) const;

 private:
  std::shared_ptr<regex_t> compiled_;  // shared: a regex_t cannot be copied, and is only read
};

// docs/audit.md says what each takes.
struct RedactPolicy {
  bool results = false;
  bool parameters = false;
  bool values = false;
  bool identities = false;
  std::vector<Pattern> patterns;

  // For the record: "results,values,pattern". A pattern's text is left out, it may say what it
  // hides.
  std::string names() const;
};

// Each of `told` is a list separated by commas, `pattern=REGEX` to the end, or `@FILE` with one of
// these on each line (empty lines and `#` comments aside). Throws std::runtime_error, one line.
RedactPolicy read_policy(const std::vector<std::string>& told);

}  // namespace ride::audit
