#include "replay/numbering.hpp"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

#include "journal/reader.hpp"
#include "scorer/views.hpp"
#include "sql/worker.hpp"

namespace ride::replay {
namespace {

using journal::facts::StatementRow;

journal::facts::Text text_at(const journal::Statement& query, int column) {
  if (query.is_null(column)) return std::nullopt;
  return std::string(query.bytes(column));
}

journal::facts::Number integer_at(const journal::Statement& query, int column) {
  if (query.is_null(column)) return std::nullopt;
  return query.integer(column);
}

// What playback needs of a row.
std::vector<StatementRow> stored(journal::Reader& reader, std::uint32_t attempt) {
  const scorer::Vocabulary vocabulary(reader.database().get(), attempt);
  auto query = reader.database().prepare(
      "SELECT n, started, ended, database, role, text, outcome, tool, transaction_before,"
      " transaction_after, request, ordinal, think_us, queued_us, server_us, transfer_us"
      " FROM temp.statements ORDER BY n");
  std::vector<StatementRow> rows;
  while (query.step()) {
    StatementRow row;
    row.n = query.integer(0);
    row.started = query.integer(1);
    row.ended = integer_at(query, 2);
    row.database = text_at(query, 3);
    row.role = text_at(query, 4);
    row.text = text_at(query, 5);
    row.outcome = query.bytes(6);
    row.tool = query.integer(7);
    row.transaction_before = text_at(query, 8);
    row.transaction_after = text_at(query, 9);
    row.request = query.integer(10);
    row.ordinal = query.integer(11);
    row.think_us = integer_at(query, 12);
    row.queued_us = integer_at(query, 13);
    row.server_us = integer_at(query, 14);
    row.transfer_us = integer_at(query, 15);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<StatementRow> derived(journal::Reader& reader, std::uint32_t attempt) {
  sql::Analyser analyser;
  return journal::facts::derive(reader, attempt, analyser).statements;
}

Numbering by_request(std::vector<StatementRow> all) {
  Numbering out;
  for (auto& row : all) {
    const auto request = static_cast<journal::Seq>(row.request);
    out[request].push_back(std::move(row));
  }
  for (auto& [request, rows] : out)
    std::sort(rows.begin(), rows.end(),
              [](const StatementRow& a, const StatementRow& b) { return a.ordinal < b.ordinal; });
  return out;
}

}  // namespace

Numbering read_numbering(journal::Reader& reader, std::uint32_t attempt) {
  const bool submitted =
      !reader.all({.attempt = attempt, .kinds = {journal::Kind::submit_ended}, .after = 0}).empty();
  return by_request(submitted ? stored(reader, attempt) : derived(reader, attempt));
}

std::optional<Numbering> stored_numbering(journal::Reader& reader, std::uint32_t attempt) {
  try {
    auto rows = stored(reader, attempt);
    if (!rows.empty()) return by_request(std::move(rows));
  } catch (const std::exception&) {  // never submitted, or damaged
  }
  return std::nullopt;
}

Numbering derive_numbering(const std::vector<journal::Event>& events) {
  sql::Analyser analyser;
  return by_request(journal::facts::derive(events, analyser).statements);
}

}  // namespace ride::replay
