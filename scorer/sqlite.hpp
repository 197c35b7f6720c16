// The little of SQLite that the scorer needs beyond journal::Database, which only opens attempt
// files: the same queries also run over facts that were derived in memory. Borrows the connection.
// Failures throw std::runtime_error with SQLite's reason.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ride::scorer {

struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

struct CloseConnection {
  void operator()(sqlite3* connection) const noexcept { sqlite3_close(connection); }
};
using ConnectionHandle = std::unique_ptr<sqlite3, CloseConnection>;

// A query of ride's own. Columns count from 0, parameters from 1.
class Query {
 public:
  Query(sqlite3* connection, std::string_view sql);

  Query& bind(int index, std::int64_t value);
  Query& bind(int index, std::string_view value);  // copied
  bool step();                                     // true: there is a row

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::string text(int column) const;  // "" for NULL
  std::optional<std::int64_t> maybe_integer(int column) const;

 private:
  sqlite3* connection_;
  StatementHandle statement_;
};

// One or more statements without results.
void execute(sqlite3* connection, const std::string& sql);

}  // namespace ride::scorer
