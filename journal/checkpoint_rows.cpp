#include "journal/checkpoint_rows.hpp"

#include <algorithm>
#include <utility>

namespace ride::journal {

CheckpointRows::CheckpointRows(const Database& database, const std::optional<PublicKey>& key)
    : origin_(origin_of(get_meta(database, "file_id"))),
      others_are_passed_over_(key.has_value()),
      rows_(database.prepare("SELECT size, note FROM checkpoints ORDER BY size")) {
  if (key) {
    keys_.push_back(*key);
  } else {
    for (auto rows = database.prepare("SELECT vkey FROM keys ORDER BY vkey"); rows.step();)
      if (auto one = PublicKey::parse(rows.bytes(0))) keys_.push_back(std::move(*one));
  }
  advance();
}

void CheckpointRows::advance() {
  while (rows_.step()) {
    Row row{static_cast<Seq>(rows_.integer(0)), std::nullopt};
    if (!step(row)) continue;
    here_ = std::move(row);
    return;
  }
  here_.reset();
}

bool CheckpointRows::step(Row& row) {
  const auto note = parse_note(rows_.bytes(1));
  if (!note || note->checkpoint.state.size != row.size || note->checkpoint.origin != origin_)
    return true;
  const auto* const key = signer_of(*note);
  if (key == nullptr) return !others_are_passed_over_ || names_a_key(*note);
  if (std::ranges::find(vkeys_, key->vkey()) == vkeys_.end()) vkeys_.push_back(key->vkey());
  row.valid = note->checkpoint;
  return true;
}

const PublicKey* CheckpointRows::signer_of(const Note& note) const {
  const auto found =
      std::ranges::find_if(keys_, [&](const PublicKey& key) { return note.is_signed_by(key); });
  return found == keys_.end() ? nullptr : &*found;
}

// Whether a signature says to be of a key that counts.
bool CheckpointRows::names_a_key(const Note& note) const {
  return std::ranges::any_of(note.signatures, [&](const Signature& one) {
    return std::ranges::any_of(keys_, [&](const PublicKey& key) {
      return one.name == key.name() &&
             one.id_and_signature.starts_with(std::string_view(key.id().data(), key.id().size()));
    });
  });
}

}  // namespace ride::journal
