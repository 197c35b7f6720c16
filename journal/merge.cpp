#include "journal/merge.hpp"

#include <cassert>
#include <utility>

namespace ride::journal {

bool Merge::Source::has(Seq seq) {
  if (!head) head = ring->peek(position);
  assert(!head || head->seq >= seq);
  return head && head->seq == seq;
}

Frame Merge::Source::take() {
  position = head->end;
  changed = true;
  return *std::exchange(head, std::nullopt);
}

Merge::Source* Merge::find(Seq seq) {
  for (auto& source : sources_)
    if (source.has(seq)) return &source;
  return nullptr;
}

Merge::Drained Merge::take_behind(EventStore& store, Seq last) {
  Drained drained{.last = last};
  for (std::uint32_t taken = 0; taken < limits_.events_max; ++taken) {
    auto* const source = find(drained.last + 1);
    if (source == nullptr) return drained;
    const auto frame = source->take();
    store.add(frame);
    drained.bytes += frame_header_bytes + frame.body.size();
    ++drained.last;
    if (drained.bytes >= limits_.bytes_max) break;
  }
  drained.cut_off = true;
  return drained;
}

void Merge::begin_again() {
  for (auto& source : sources_) {
    source.position = source.ring->drained();
    source.head.reset();
    source.changed = false;
  }
}

Merge::Drained Merge::drain(Database& database, EventStore& store, Seq last) {
  const Drained nothing{.last = last};
  if (find(last + 1) == nullptr) return nothing;
  std::optional<Transaction> transaction;
  try {
    transaction.emplace(database);
  } catch (const BusyError&) {
    return nothing;
  }
  const auto drained = take_behind(store, last);
  store.sign_if_due();
  for (const auto& source : sources_)
    if (source.changed) store.set_drained(source.ring->id(), source.position);
  transaction->commit();
  for (auto& source : sources_)
    if (std::exchange(source.changed, false)) source.ring->free_to(source.position);
  return drained;
}

}  // namespace ride::journal
