// Walks the part of a parse tree that runs, and lists what it reads, writes and calls.
#pragma once

#include "sql/statement.hpp"
#include "sql/tree.hpp"

namespace ride::sql {

// Relations and calls of a query or a data-changing statement, with its subqueries and CTEs.
void gather(const Json& tree, Analysis& out);

// Only the calls, for the expressions of utility statements.
void gather_calls(const Json& tree, Analysis& out);

Call call_of(const Fields& function_call);

// Without doubling what is there already.
void add_relation(std::vector<Relation>& list, Name name, std::string_view action,
                  std::string_view mode = "");

}  // namespace ride::sql
