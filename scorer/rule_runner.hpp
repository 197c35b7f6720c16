// Runs the SQL of one rule over the vocabulary (views.hpp). A rule may SELECT from the vocabulary
// and from json_each and json_tree, with functions that always give the same answer; an authorizer
// refuses everything else while SQLite prepares it. Steps are limited. What goes wrong here is a
// fault of the scenario, reported as RuleError, and never a verdict.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "scorer/rules.hpp"
#include "scorer/views.hpp"

struct sqlite3_stmt;

namespace ride::scorer {

struct RuleLimits {
  std::uint64_t steps_max = 500'000'000;   // of SQLite's virtual machine; a few seconds
  std::size_t rows_max = 1'000;            // different rows kept as evidence, the smallest ones
  int value_bytes_max = 64 * 1024 * 1024;  // of a single value on the way
};

// One row of evidence: its columns of known names, "" and nullopt where absent or NULL. Ordered by
// statement first, so that evidence has one order whatever plan SQLite chose.
struct Evidence {
  std::optional<std::int64_t> statement;  // n
  std::string actor;
  std::string outcome;
  std::string sqlstate;
  std::string object;
  std::optional<std::int64_t> pid;      // for the detail alone
  std::optional<std::int64_t> started;  // likewise

  auto operator<=>(const Evidence&) const = default;
};

// "detect/blocker, seen: may not call random()".
class RuleError : public std::runtime_error {
 public:
  RuleError(std::string_view rule, std::string_view what)
      : std::runtime_error(std::string(rule) + ": " + std::string(what)) {}
};

// A rule's SQL, prepared. Borrows the vocabulary, which must outlive it; one thread.
class Rule {
 public:
  // `name` stands in errors. Throws RuleError.
  Rule(const Vocabulary& vocabulary, std::string name, std::string_view sql,
       RuleLimits limits = {});
  ~Rule();
  Rule(const Rule&) = delete;
  Rule& operator=(const Rule&) = delete;

  // It reads a view whose rows depend on the assignment shown.
  bool depends_on_assignment() const { return depends_; }

  // It returns at least one column that Evidence knows.
  bool has_evidence() const;

  // The different rows, sorted. Throws RuleError. May be called again, for another assignment.
  std::vector<Evidence> run();

 private:
  void check_shape(const char* rest) const;

  std::string name_;
  const Vocabulary& vocabulary_;
  RuleLimits limits_;
  bool depends_ = false;
  sqlite3_stmt* statement_ = nullptr;
};

// Prepares every rule's SQL over an empty vocabulary: what a scenario's author wants to hear before
// anybody plays it. Messages are as RuleError's, without the name.
std::vector<Problem> check_rule_sql(const Rules& rules);

}  // namespace ride::scorer
