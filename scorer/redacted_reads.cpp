#include "scorer/redacted_reads.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "scorer/sqlite.hpp"
#include "scorer/views.hpp"

namespace ride::scorer {
namespace {

std::string lower(const char* text) {
  std::string out(text == nullptr ? "" : text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

}  // namespace

void set_redacted(sqlite3* connection, const std::set<std::string>& columns) {
  execute(connection,
          "DROP TABLE IF EXISTS temp.redacted_columns;"
          "CREATE TEMP TABLE redacted_columns (name TEXT PRIMARY KEY)");
  for (const auto& column : columns)
    Query(connection, "INSERT INTO temp.redacted_columns VALUES (?1)").bind(1, column).step();
}

RedactedReads::RedactedReads(sqlite3* connection) : connection_(connection) {
  Query there(connection, "SELECT 1 FROM sqlite_temp_master WHERE name = 'redacted_columns'");
  if (!there.step()) return;
  Query names(connection, "SELECT name FROM temp.redacted_columns");
  while (names.step()) columns_.insert(names.text(0));
}

bool RedactedReads::contains(const std::string& view, const std::string& column) const {
  return columns_.contains(view + ".*") || columns_.contains(view + "." + column);
}

bool RedactedReads::any(const std::string& view, std::initializer_list<const char*> columns) const {
  return std::any_of(columns.begin(), columns.end(),
                     [&](const char* column) { return contains(view, column); });
}

// SQLite names a view's own columns, and "" where only its rows are counted.
int RedactedReads::note(void* self, int action, const char* table, const char* column,
                        const char* /*database*/, const char* /*accessor*/) {
  const auto& reads = *static_cast<RedactedReads*>(self);
  if (action == SQLITE_READ && reads.contains(lower(table), lower(column))) reads.found_ = true;
  const bool reading = action == SQLITE_READ || action == SQLITE_SELECT ||
                       action == SQLITE_FUNCTION || action == SQLITE_RECURSIVE;
  return reading ? SQLITE_OK : SQLITE_DENY;  // some statements act while they are prepared
}

bool RedactedReads::in(const std::string& sql) const {
  if (columns_.empty() || sql.empty()) return false;
  found_ = false;
  sqlite3_set_authorizer(connection_, note, const_cast<RedactedReads*>(this));
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v2(connection_, sql.c_str(), -1, &statement, nullptr);
  sqlite3_finalize(statement);
  sqlite3_set_authorizer(connection_, nullptr, nullptr);
  return found_;
}

}  // namespace ride::scorer
