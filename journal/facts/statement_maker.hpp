// Makes the Stmts of one connection: where they come from, what they say and what was answered.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "journal/facts/names.hpp"
#include "journal/facts/statements.hpp"

namespace ride::journal::facts {

// Borrows all of its parts.
class StatementMaker {
 public:
  StatementMaker(const Connection& connection, sql::Analyser& analyser, const Names& names,
                 std::deque<Stmt>& owned)
      : connection_(connection), analyser_(analyser), names_(names), owned_(owned) {}

  Stmt& make(const Request& request, std::int64_t ordinal, const char* path);
  // `source`: see Stmt. EXECUTE and FETCH are looked up among the names as they are now.
  void set_text(Stmt& stmt, const Text& text, const std::string& source, const Values& parameters);
  // Fate, times, tag, rows and error from the answers, the earlier ones of its portal included.
  void settle(Stmt& stmt, const std::vector<const Answer*>& answers);
  std::shared_ptr<const sql::Analysis> analyse(const std::string& text);

 private:
  void set_effect(Stmt& stmt, const Values& parameters);

  const Connection& connection_;
  sql::Analyser& analyser_;
  const Names& names_;
  std::deque<Stmt>& owned_;
};

}  // namespace ride::journal::facts
