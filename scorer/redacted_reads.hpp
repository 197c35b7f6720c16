// What of the vocabulary is not, in a redacted copy (journal/redacted_copy.hpp), as it was in the
// file that it is a copy of; and whether a rule reads any of it. Its list is a temporary table of
// the connection. Borrows the connection; one thread.
#pragma once

#include <initializer_list>
#include <set>
#include <string>

struct sqlite3;

namespace ride::scorer {

// "statements.text", "saw.*". Takes the place of what was said before.
void set_redacted(sqlite3* connection, const std::set<std::string>& columns);

class RedactedReads {
 public:
  // Of a connection to which nothing was said, nothing is redacted.
  explicit RedactedReads(sqlite3* connection);

  bool any(const std::string& view, std::initializer_list<const char*> columns) const;

  // Whether the SQL of a rule reads something of it. Text that cannot be prepared reads nothing:
  // what is wrong with it is told when it is run (rule_runner.hpp).
  bool in(const std::string& sql) const;

 private:
  bool contains(const std::string& view, const std::string& column) const;
  static int note(void* self, int action, const char* table, const char* column,
                  const char* database, const char* accessor);

  sqlite3* connection_;
  std::set<std::string> columns_;
  mutable bool found_ = false;
};

}  // namespace ride::scorer
