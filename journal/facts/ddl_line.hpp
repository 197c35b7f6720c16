// One `ride: ddl {…}` line of the server's log as a value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "journal/facts/relations.hpp"
#include "journal/facts/timeline.hpp"

namespace ride::journal::facts {

struct DdlLine {
  bool dropped = false;  // event sql_drop
  std::string tag, type, object, column, txid;
  std::optional<std::vector<ColumnState>> columns;  // of a table, after the command
};

// nullopt for other lines, and for lines that a session wrote itself to look like one.
std::optional<DdlLine> read_ddl_line(const LogLine& line);

// "create index", "drop column"; "" for what is only a consequence of something else.
std::string ddl_action(const DdlLine& line);

// What makes the columns of a table differ: add column, drop column, alter column type, set and
// drop not null, set and drop default. Columns are told apart by name; a renamed one is dropped and
// added.
struct ColumnChange {
  std::string action, column;
};
std::vector<ColumnChange> compare_columns(const std::vector<ColumnState>& before,
                                          const std::vector<ColumnState>& after);

}  // namespace ride::journal::facts
