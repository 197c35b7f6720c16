// What a statement changes about roles and privileges, and which settings it sets.
#pragma once

#include "sql/statement.hpp"
#include "sql/tree.hpp"

namespace ride::sql {

// CREATE, ALTER and DROP ROLE, GRANT, REVOKE … False: not such a statement.
bool analyse_roles(const Node& statement, Analysis& out);

// SET, RESET, ALTER SYSTEM, ALTER DATABASE or ROLE … SET. False: not such a statement.
bool analyse_settings(const Node& statement, Analysis& out);

// set_config() with constant arguments, among the calls gathered so far.
void add_set_config(Analysis& out);

}  // namespace ride::sql
