#include "replay/waits.hpp"

#include <string>

#include "journal/reader.hpp"
#include "scorer/views.hpp"
#include "sql/worker.hpp"

namespace ride::replay {
namespace {

using journal::facts::WaitRow;

journal::facts::Text text_at(const journal::Statement& query, int column) {
  if (query.is_null(column)) return std::nullopt;
  return std::string(query.bytes(column));
}

journal::facts::Number integer_at(const journal::Statement& query, int column) {
  if (query.is_null(column)) return std::nullopt;
  return query.integer(column);
}

std::vector<WaitRow> stored(journal::Reader& reader, std::uint32_t attempt) {
  const scorer::Vocabulary vocabulary(reader.database().get(), attempt);
  auto query = reader.database().prepare(
      "SELECT statement, waiter, blocker, blocker_statement, lock, relation, seen, acquired"
      " FROM temp.waits ORDER BY seen, waiter, blocker");
  std::vector<WaitRow> rows;
  while (query.step()) {
    WaitRow row;
    row.statement = integer_at(query, 0);
    row.waiter = text_at(query, 1);
    row.blocker = text_at(query, 2);
    row.blocker_statement = integer_at(query, 3);
    row.lock = text_at(query, 4);
    row.relation = text_at(query, 5);
    row.seen = query.integer(6);
    row.acquired = integer_at(query, 7);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

std::vector<WaitRow> read_waits(journal::Reader& reader, std::uint32_t attempt) {
  const bool submitted =
      !reader.all({.attempt = attempt, .kinds = {journal::Kind::submit_ended}, .after = 0}).empty();
  if (submitted) return stored(reader, attempt);
  sql::Analyser analyser;
  return journal::facts::derive(reader, attempt, analyser).waits;
}

}  // namespace ride::replay
