#include "scorer/sqlite.hpp"

#include <stdexcept>

namespace ride::scorer {
namespace {

[[noreturn]] void fail(sqlite3* connection) {
  throw std::runtime_error(std::string("cannot read the facts: ") + sqlite3_errmsg(connection));
}

}  // namespace

Query::Query(sqlite3* connection, std::string_view sql) : connection_(connection) {
  sqlite3_stmt* statement = nullptr;
  const auto result =
      sqlite3_prepare_v2(connection, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  statement_.reset(statement);
  if (result != SQLITE_OK) fail(connection_);
}

Query& Query::bind(int index, std::int64_t value) {
  if (sqlite3_bind_int64(statement_.get(), index, value) != SQLITE_OK) fail(connection_);
  return *this;
}

Query& Query::bind(int index, std::string_view value) {
  const auto size = static_cast<int>(value.size());
  const auto result =
      sqlite3_bind_text(statement_.get(), index, value.data(), size, SQLITE_TRANSIENT);
  if (result != SQLITE_OK) fail(connection_);
  return *this;
}

bool Query::step() {
  const auto result = sqlite3_step(statement_.get());
  if (result != SQLITE_ROW && result != SQLITE_DONE) fail(connection_);
  return result == SQLITE_ROW;
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Query::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return bytes == nullptr ? std::string() : std::string(bytes, size);
}

std::optional<std::int64_t> Query::maybe_integer(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

void execute(sqlite3* connection, const std::string& sql) {
  if (sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    fail(connection);
}

}  // namespace ride::scorer
