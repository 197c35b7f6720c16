// What statements do as far as their text says: the wire tier of reads, writes, calls, ddl,
// role_changes and settings.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "journal/facts/facts.hpp"
#include "journal/facts/relations.hpp"
#include "journal/facts/statements.hpp"

namespace ride::journal::facts {

void add_effects(const Stmt& stmt, const Relations& relations, Facts& out);

// "pg_terminate_backend"; with its schema where that was written and is not pg_catalog.
std::string function_name(const sql::Name& name);

// Names of functions and procedures that learners made, in any outcome: their bodies can do
// anything.
std::set<std::string> made_functions(const std::vector<Stmt*>& statements);

}  // namespace ride::journal::facts
