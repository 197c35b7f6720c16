#include <sqlite3.h>

#include "journal/database.hpp"

namespace ride::journal {
namespace {

[[noreturn]] void fail(sqlite3_stmt* statement, std::string_view doing) {
  auto* const database = sqlite3_db_handle(statement);
  const char* const file = sqlite3_db_filename(database, "main");
  throw_sqlite(database, file == nullptr ? "" : file, doing);
}

}  // namespace

void Statement::Release::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

void Statement::check(int result) const {
  if (result != SQLITE_OK) fail(handle_.get(), "bind a value");
}

Statement& Statement::bind(int index, std::int64_t value) {
  check(sqlite3_bind_int64(handle_.get(), index, value));
  return *this;
}

// An empty view may have no address, which SQLite would take for NULL.
Statement& Statement::bind_text(int index, std::string_view value) {
  check(sqlite3_bind_text64(handle_.get(), index, value.empty() ? "" : value.data(), value.size(),
                            SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_blob(int index, Bytes value) {
  check(sqlite3_bind_blob64(handle_.get(), index, value.empty() ? "" : value.data(), value.size(),
                            SQLITE_STATIC));
  return *this;
}

Statement& Statement::bind_null(int index) {
  check(sqlite3_bind_null(handle_.get(), index));
  return *this;
}

bool Statement::step() {
  const int result = sqlite3_step(handle_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  const std::string sql = sqlite3_sql(handle_.get());
  try {
    fail(handle_.get(), "run " + sql.substr(0, sql.find(' ')));
  } catch (...) {
    reset();
    throw;
  }
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

// Repeats the error of the last step, which step() has thrown already.
void Statement::reset() { sqlite3_reset(handle_.get()); }

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

Bytes Statement::bytes(int column) const {
  const auto* const data = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

}  // namespace ride::journal
