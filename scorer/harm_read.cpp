#include <stdexcept>

#include "journal/facts/log_line.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "scorer/harm.hpp"
#include "scorer/sqlite.hpp"
#include "scorer/views.hpp"

namespace ride::scorer {
namespace {

namespace facts = journal::facts;
using journal::Kind;

facts::Text maybe_text(const Query& query, int column) {
  if (query.is_null(column)) return {};
  return query.text(column);
}

void read_statements(sqlite3* connection, facts::Facts& out) {
  Query query(connection,
              "SELECT n, started, ended, connection, tag, outcome, transaction_after, txid"
              " FROM temp.statements ORDER BY n");
  while (query.step()) {
    facts::StatementRow row;
    row.n = query.integer(0);
    row.started = query.integer(1);
    row.ended = query.maybe_integer(2);
    row.connection = query.integer(3);
    row.tag = maybe_text(query, 4);
    row.outcome = query.text(5);
    row.transaction_after = maybe_text(query, 6);
    row.txid = query.integer(7);
    out.statements.push_back(std::move(row));
  }
  Query reads(connection, "SELECT statement, relation FROM temp.reads");
  while (reads.step()) out.reads.push_back({reads.integer(0), {}, reads.text(1)});
  Query writes(connection, "SELECT statement, relation, action FROM temp.writes");
  while (writes.step())
    out.writes.push_back({writes.integer(0), {}, writes.text(1), writes.text(2)});
  Query ddl(connection, "SELECT statement, action, object, outcome FROM temp.ddl");
  while (ddl.step())
    out.ddl.push_back(
        {ddl.maybe_integer(0), {}, ddl.text(1), maybe_text(ddl, 2), {}, ddl.text(3), ""});
}

void read_sessions(sqlite3* connection, facts::Facts& out) {
  Query actors(connection, "SELECT actor, pid, started, ended FROM temp.actors");
  while (actors.step()) {
    facts::ActorRow row;
    row.actor = actors.text(0);
    row.pid = actors.maybe_integer(1);
    row.started = actors.maybe_integer(2);
    row.ended = actors.maybe_integer(3);
    out.actors.push_back(std::move(row));
  }
  Query connections(connection, "SELECT connection, pid, opened, closed FROM temp.connections");
  while (connections.step()) {
    facts::ConnectionRow row;
    row.connection = connections.integer(0);
    row.pid = connections.maybe_integer(1);
    row.opened = connections.maybe_integer(2);
    row.closed = connections.maybe_integer(3);
    out.connections.push_back(std::move(row));
  }
  Query waits(connection, "SELECT statement, relation, seen, waiter_pid FROM temp.waits");
  while (waits.step()) {
    facts::WaitRow row;
    row.statement = waits.maybe_integer(0);
    row.relation = maybe_text(waits, 1);
    row.seen = waits.integer(2);
    row.waiter_pid = waits.maybe_integer(3);
    out.waits.push_back(std::move(row));
  }
}

std::int64_t end_of(journal::Reader& reader, std::uint32_t attempt) {
  for (const auto& event :
       reader.all({.attempt = attempt, .kinds = {Kind::submit_began}, .after = 0}))
    return event.at_us;
  Query last(reader.database().get(), "SELECT max(at_us) FROM events WHERE attempt = ?1");
  return last.bind(1, std::int64_t{attempt}).step() ? last.integer(0) : 0;
}

bool matters(const facts::LogLine& line) {
  return line.severity != "LOG" || line.message.starts_with("process ");
}

Harm read(journal::Reader& reader, const Vocabulary& vocabulary, std::uint32_t attempt) {
  facts::Facts known;
  read_sessions(vocabulary.connection(), known);
  std::vector<facts::LogLine> lines;
  auto cursor = reader.events({.attempt = attempt, .kinds = {Kind::log_line}, .after = 0});
  for (journal::Event event; cursor.next(event);)
    if (auto line = facts::read_log_line(event, journal::Fields(event.body));
        line && matters(*line))
      lines.push_back(std::move(*line));
  if (!lines.empty()) read_statements(vocabulary.connection(), known);
  return harm_of(known, lines, end_of(reader, attempt));
}

}  // namespace

Harm read_harm(journal::Reader& reader, const Vocabulary& vocabulary, std::uint32_t attempt) {
  try {
    return read(reader, vocabulary, attempt);
  } catch (const std::runtime_error& error) {
    Harm out;
    out.trouble = error.what();
    return out;
  }
}

}  // namespace ride::scorer
