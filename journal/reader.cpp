#include "journal/reader.hpp"

#include <stdexcept>

#include "journal/fields.hpp"
#include "journal/shared_text.hpp"

namespace ride::journal {
namespace {

constexpr std::string_view columns = "seq, attempt, kind, at_us, connection, body";

std::string sql_of(const EventFilter& filter) {
  std::string sql = "SELECT " + std::string(columns) + " FROM events WHERE seq > ?";
  if (filter.attempt) sql += " AND attempt = ?";
  for (std::size_t i = 0; i < filter.kinds.size(); ++i)
    sql +=
        (i == 0 ? " AND kind IN (" : ", ") + std::to_string(static_cast<unsigned>(filter.kinds[i]));
  if (!filter.kinds.empty()) sql += ")";
  return sql + " ORDER BY seq";
}

void take(const Statement& row, Event& event) {
  event.seq = static_cast<Seq>(row.integer(0));
  event.attempt = static_cast<std::uint32_t>(row.integer(1));
  event.kind = static_cast<Kind>(row.integer(2));
  event.at_us = row.integer(3);
  event.connection = static_cast<ConnectionId>(row.integer(4));
  event.body.assign(row.bytes(5));
}

}  // namespace

Cursor::Cursor(Reader& reader, Statement statement)
    : reader_(reader), statement_(std::move(statement)) {}

bool Cursor::next(Event& event) {
  if (!statement_.step()) return false;
  take(statement_, event);
  reader_.expand(event);
  return true;
}

Reader::Reader(const std::filesystem::path& file) : Reader(Database::open_for_reading(file)) {}

Reader::Reader(Database database)
    : database_(std::move(database)),
      find_(database_.prepare("SELECT " + std::string(columns) + " FROM events WHERE seq = ?")),
      text_(database_.prepare("SELECT text FROM texts WHERE sha256 = ?")) {}

Cursor Reader::events(const EventFilter& filter) {
  auto statement = database_.prepare(sql_of(filter));
  statement.bind(1, static_cast<std::int64_t>(filter.after));
  if (filter.attempt) statement.bind(2, *filter.attempt);
  return {*this, std::move(statement)};
}

std::vector<Event> Reader::all(const EventFilter& filter) {
  std::vector<Event> out;
  auto cursor = events(filter);
  for (Event event; cursor.next(event);) out.push_back(event);
  return out;
}

std::optional<Event> Reader::find(Seq seq) {
  find_.bind(1, static_cast<std::int64_t>(seq));
  std::optional<Event> out;
  if (find_.step()) take(find_, out.emplace());
  find_.reset();
  if (out) expand(*out);
  return out;
}

Seq Reader::last_seq() {
  return static_cast<Seq>(database_.integer("SELECT max(seq) FROM events"));
}

std::vector<std::uint32_t> Reader::attempts() {
  auto rows = database_.prepare(
      "SELECT DISTINCT attempt FROM events WHERE attempt > 0 AND kind = ? ORDER BY attempt");
  rows.bind(1, static_cast<std::int64_t>(Kind::attempt_began));
  std::vector<std::uint32_t> out;
  while (rows.step()) out.push_back(static_cast<std::uint32_t>(rows.integer(0)));
  return out;
}

void Reader::expand(Event& event) {
  if (!may_share_text(event.kind)) return;
  const auto cut = cut_at(event.body, Field::digest);
  if (!cut.found) return;
  text_.bind_blob(1, cut.value);
  const bool found = text_.step();
  std::string whole;
  if (found) join(cut, Field::text, text_.bytes(0), whole);
  text_.reset();
  if (!found)
    throw std::runtime_error(database_.file().string() + ": is damaged: the text of event " +
                             std::to_string(event.seq) + " is missing");
  event.body = std::move(whole);
}

}  // namespace ride::journal
