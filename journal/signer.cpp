#include "journal/signer.hpp"

#include <utility>

namespace ride::journal {
namespace {

// The checkpoint that stands for what was pruned must stay what it is.
constexpr std::string_view insert_sql =
    "INSERT INTO checkpoints VALUES (?, ?) ON CONFLICT(size) DO UPDATE SET note = excluded.note "
    "WHERE instr(note, char(10) || 'pruned' || char(10)) = 0";

}  // namespace

Signer::Signer(const Database& database, SigningKey key, Seq signed_size)
    : key_(std::move(key)),
      insert_key_(database.prepare("INSERT OR IGNORE INTO keys VALUES (?)")),
      insert_checkpoint_(database.prepare(insert_sql)),
      signed_size_(signed_size) {}

bool Signer::is_due(const ChainState& state, Clock::time_point now) const {
  if (state.size == signed_size_) return false;
  return state.size - signed_size_ >= unsigned_events_max || now - signed_at_ >= unsigned_wait_max;
}

void Signer::sign(const Checkpoint& checkpoint) {
  insert_key_.bind_text(1, key_.public_key().vkey()).run();
  insert_checkpoint_.bind(1, static_cast<std::int64_t>(checkpoint.state.size))
      .bind_text(2, journal::sign(checkpoint, key_))
      .run();
  signed_size_ = checkpoint.state.size;
  signed_at_ = Clock::now();
}

}  // namespace ride::journal
