// A WHERE clause over one row of pg_stat_activity: built from the parse tree, then evaluated
// against sessions without it. What is not understood is kept as a leaf of its own, so that the
// rest still counts: `application_name = 'x' AND f()` is no for every other application.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sql/tree.hpp"
#include "sql/where.hpp"

namespace ride::sql {

inline constexpr std::size_t condition_depth_max = 100;  // deeper parts are not understood

struct Condition {
  enum class Kind {
    // Values.
    constant,   // text, or NULL if is_null; integer if it was written as a number
    parameter,  // $number
    column,     // text: name in pg_stat_activity
    own_pid,
    current_user,
    session_user,
    current_database,
    as_integer,  // of the only child
    as_text,
    lower_case,
    upper_case,
    first_not_null,  // COALESCE
    // Truths.
    all_of,    // AND; yes without children
    any_of,    // OR
    negation,  // NOT
    compare,   // text: = <> < > <= >=
    match,     // text: ~~ (LIKE) ~~* ~ ~*
    is_null,
    is_true,
    is_false,
    distinct,      // IS DISTINCT FROM
    any_element,   // left = ANY (array), text: the operator
    all_elements,  // left <> ALL (array)
    not_understood
  };
  Kind kind = Kind::not_understood;
  std::string text;
  bool is_null = false;
  bool integer = false;
  std::uint32_t number = 0;
  std::vector<Condition> children;
};

// The column of pg_stat_activity that a ColumnRef means; nullopt: another relation's, or unknown.
using ColumnOf = std::function<std::optional<std::string>(const Fields& column_ref)>;

Condition build_condition(const Json& expression, const ColumnOf& column_of, std::size_t depth = 0);

Truth evaluate(const Condition& condition, const Session& session, const Context& context);

// LIKE with `\` as escape. nullopt: the pattern ends in its escape.
std::optional<bool> like(std::string_view value, std::string_view pattern);

// Whether the value matches a regular expression that means the same to PostgreSQL and to the
// standard library; nullopt for all others, and for values on which they could differ.
std::optional<bool> regex_matches(std::string_view value, std::string_view pattern,
                                  bool ignore_case);

// The elements of a one-dimensional array literal without quotes, `{a,b}`; nullopt for others.
std::optional<std::vector<std::string>> array_elements(std::string_view literal);

}  // namespace ride::sql
