// Which rows of pg_stat_activity a SELECT works on: through subqueries in FROM, CTEs and joins,
// with the conditions met on the way. Internal to where.cpp.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sql/condition.hpp"
#include "sql/tree.hpp"

namespace ride::sql {

// The CTEs in scope, innermost last. Points into the tree.
struct Cte {
  std::string name;
  const Fields* fields = nullptr;  // of CommonTableExpr
};
using Ctes = std::vector<Cte>;

void enter_ctes(const Fields& select, Ctes& ctes);

// One item of FROM that gives rows of pg_stat_activity.
struct Rows {
  std::string alias;
  bool every_column = false;                   // pg_stat_activity itself, or SELECT *
  std::map<std::string, std::string> columns;  // else: name here → name in pg_stat_activity
  std::vector<Condition> conditions;           // that these rows meet, all of them
  bool limited = false;
};

// The rows of a FROM, in which exactly one item (`picked`) is the one asked about.
struct From {
  std::vector<Rows> items;              // those over pg_stat_activity
  std::vector<const Json*> qualifiers;  // ON of inner joins
  bool joined = false;                  // there are other items, or several
  bool understood = true;
};

From from_of(const Fields& select, const Ctes& ctes);

// The item and the column of pg_stat_activity that a ColumnRef means.
struct Found {
  std::size_t item = 0;
  std::string column;
};
std::optional<Found> find_column(const From& from, const Fields& column_ref);

// The rows of one item after the SELECT's joins and WHERE; LIMIT and the like set `limited`.
Rows rows_of(const Fields& select, const From& from, std::size_t item);

// A whole SELECT as an item of another's FROM, or as a scalar subquery; nullopt: not understood.
// `first_column` is what its first output column is in pg_stat_activity.
struct Subquery {
  Rows rows;
  std::string first_column;
};
std::optional<Subquery> subquery_of(const Fields& select, Ctes ctes, std::size_t depth = 0);

}  // namespace ride::sql
