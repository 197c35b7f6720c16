#include "journal/stored_chain.hpp"

namespace ride::journal {
namespace {

constexpr Seq last_there_can_be = INT64_MAX;

Statement events_behind(const Database& database, Seq seq, Seq last = last_there_can_be) {
  auto rows = database.prepare(
      "SELECT seq, attempt, kind, at_us, connection, body FROM events WHERE seq > ? AND seq <= ? "
      "ORDER BY seq");
  rows.bind(1, static_cast<std::int64_t>(seq)).bind(2, static_cast<std::int64_t>(last));
  return rows;
}

std::int64_t add(Chain& chain, const Statement& row) {
  return chain.add(static_cast<Seq>(row.integer(0)), static_cast<std::uint32_t>(row.integer(1)),
                   static_cast<Kind>(row.integer(2)), row.integer(3),
                   static_cast<ConnectionId>(row.integer(4)), row.bytes(5));
}

std::optional<Note> checkpoint_up_to(const Database& database, Seq seq) {
  auto rows = database.prepare("SELECT note FROM checkpoints WHERE size <= ? ORDER BY size DESC");
  rows.bind(1, static_cast<std::int64_t>(seq));
  while (rows.step())
    if (auto note = parse_note(rows.bytes(0))) return note;
  return std::nullopt;
}

}  // namespace

std::optional<Note> last_checkpoint(const Database& database) {
  return checkpoint_up_to(database, last_there_can_be);
}

ChainState chain_at(const Database& database, Seq seq) {
  const auto from = checkpoint_up_to(database, seq);
  Chain chain(from ? from->checkpoint.state : ChainState());
  auto rows = events_behind(database, chain.state().size, seq);
  while (rows.step()) add(chain, rows);
  return chain.state();
}

ChainState stored_chain(const Database& database) { return chain_at(database, last_there_can_be); }

void chain_all(const Database& database) {
  Chain chain;
  auto rows = events_behind(database, 0);
  auto update = database.prepare("UPDATE events SET link = ? WHERE seq = ?");
  while (rows.step()) {
    const auto link = add(chain, rows);
    update.bind(1, link).bind(2, rows.integer(0)).run();
  }
  set_meta(database, "chained_later", std::to_string(chain.state().size));
}

}  // namespace ride::journal
