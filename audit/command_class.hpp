// What kind of act a statement is, in the words of pgAudit and of OCSF. By its text alone. Pure.
#pragma once

#include <string>
#include <string_view>

#include "audit/walk.hpp"

namespace ride::audit {

// pgAudit's classes: READ, WRITE, FUNCTION, ROLE, DDL, MISC.
std::string_view class_of(const Statement& statement);

// The command as its tag says it, "CREATE TABLE"; from the text where no tag came.
std::string command_of(const Statement& statement);

// The object in question where the text names exactly one: "TABLE" and "public.orders".
struct ObjectName {
  std::string type, name;
};
ObjectName object_of(const Statement& statement);

// OCSF's activity_id of class 6005 (0 unknown, 1 read, 2 update, 3 connect, 4 query, 5 write, 6
// create, 7 delete, 99 other) and its caption.
struct Activity {
  int id = 0;
  std::string_view name;
};
Activity activity_of(const Statement& statement);

}  // namespace ride::audit
