// Names of commands and kinds of object: what PostgreSQL's command tag says, in lower case.
#pragma once

#include <string>
#include <string_view>

#include "sql/tree.hpp"

namespace ride::sql {

// "alter table", "select", …; for statement types unknown here, their words: "create transform".
std::string command_of(const Node& statement);

// "OBJECT_MATVIEW" → "materialized view".
std::string object_word(std::string_view object_type);

// Where a simple CREATE or ALTER statement keeps the name of its object.
struct ObjectPlace {
  std::string_view statement;  // "CreateSchemaStmt"
  std::string_view command;    // "create schema"
  std::string_view type;       // "schema"
  std::string_view name;       // field with the name
  std::string_view table;      // field with the table it hangs on; "" if none
};
const ObjectPlace* object_place(std::string_view statement);

}  // namespace ride::sql
