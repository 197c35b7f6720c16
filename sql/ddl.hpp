// What a statement changes in the schema, and which relations it locks away from everybody. Each
// function answers for one family of statements and adds to the analysis.
#pragma once

#include "sql/statement.hpp"
#include "sql/tree.hpp"

namespace ride::sql {

// ALTER TABLE, INDEX, VIEW, SEQUENCE … with their subcommands (alter_table.cpp).
void analyse_alter_table(const Fields& fields, Analysis& out);

// CREATE, ALTER, DROP, RENAME, TRUNCATE, maintenance (ddl.cpp). False: not such a statement.
bool analyse_ddl(const Node& statement, Analysis& out);

// Constant text, or "name(…)" of a function, of a DEFAULT.
void set_default(const Json& expression, Ddl& item);

}  // namespace ride::sql
