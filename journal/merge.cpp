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

Seq Merge::take_behind(EventStore& store, Seq last) {
  std::uint64_t bytes = 0;
  for (std::uint32_t taken = 0; taken < limits_.events_max && bytes < limits_.bytes_max; ++taken) {
    auto* const source = find(last + 1);
    if (source == nullptr) break;
    const auto frame = source->take();
    store.add(frame);
    bytes += frame_header_bytes + frame.body.size();
    ++last;
  }
  return last;
}

Seq Merge::drain(Database& database, EventStore& store, Seq last) {
  if (find(last + 1) == nullptr) return last;
  std::optional<Transaction> transaction;
  try {
    transaction.emplace(database);
  } catch (const BusyError&) {
    return last;
  }
  last = take_behind(store, last);
  for (const auto& source : sources_)
    if (source.changed) store.set_drained(source.ring->id(), source.position);
  transaction->commit();
  for (auto& source : sources_)
    if (std::exchange(source.changed, false)) source.ring->free_to(source.position);
  return last;
}

}  // namespace ride::journal
