#include "journal/stored_chain.hpp"

#include "journal/stored_row.hpp"

namespace ride::journal {
namespace {

constexpr Seq last_there_can_be = INT64_MAX;

Statement events_behind(const Database& database, Seq seq, Seq last = last_there_can_be) {
  auto rows = database.prepare("SELECT " + std::string(stored_columns) +
                               " FROM events WHERE seq > ? AND seq <= ? ORDER BY seq");
  rows.bind(1, static_cast<std::int64_t>(seq)).bind(2, static_cast<std::int64_t>(last));
  return rows;
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
  while (rows.step()) row_of(rows).add_to(chain);
  return chain.state();
}

ChainState stored_chain(const Database& database) { return chain_at(database, last_there_can_be); }

void chain_all(const Database& database) {
  Chain chain;
  auto rows = events_behind(database, 0);
  auto update = database.prepare("UPDATE events SET link = ? WHERE seq = ?");
  while (rows.step()) {
    const auto link = row_of(rows).add_to(chain);
    update.bind(1, link).bind(2, rows.integer(0)).run();
  }
  set_meta(database, "chained_later", std::to_string(chain.state().size));
}

}  // namespace ride::journal
