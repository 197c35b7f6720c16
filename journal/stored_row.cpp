#include "journal/stored_row.hpp"

#include <sqlite3.h>

#include <algorithm>

#include "journal/fields.hpp"

namespace ride::journal {

Seq StoredRow::span() const {
  if (kind != Kind::hole && kind != Kind::gap) return 1;
  return std::max<Seq>(1, Fields(body).get_int(Field::number, 1));
}

StoredRow row_of(const Statement& statement) {
  const auto is = [&](int column, int type) {
    return sqlite3_column_type(statement.get(), column) == type;
  };
  StoredRow row;
  row.seq = static_cast<Seq>(statement.integer(0));
  row.attempt = static_cast<std::uint32_t>(statement.integer(1));
  row.kind = static_cast<Kind>(statement.integer(2));
  row.at_us = statement.integer(3);
  row.connection = static_cast<ConnectionId>(statement.integer(4));
  row.is_plain = statement.integer(0) > 0 && statement.integer(1) == row.attempt &&
                 statement.integer(2) == static_cast<std::int64_t>(row.kind) &&
                 statement.integer(4) == row.connection && is(1, SQLITE_INTEGER) &&
                 is(2, SQLITE_INTEGER) && is(3, SQLITE_INTEGER) && is(4, SQLITE_INTEGER) &&
                 is(5, SQLITE_BLOB);
  row.body = statement.bytes(5);
  return row;
}

}  // namespace ride::journal
