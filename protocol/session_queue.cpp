// The queue of what is to be answered; Syncs that COPY may have swallowed; being lost.
#include <algorithm>
#include <cassert>

#include "protocol/session.hpp"

namespace ride::protocol {

namespace {

bool is_unanswered(Item item) { return item == Item::copy_data || item == Item::copy_end; }
bool is_sync(Item item) { return item == Item::sync || item == Item::maybe_sync; }

}  // namespace

void Session::enqueue(const Pending& pending, char tag, Observer& out) {
  const bool full = queue_.size() >= limits_.pending_messages_max;
  if (full && phase_ != Phase::over) {
    out.protocol_violation(Side::client, pending.request, tag, "too many messages unanswered");
    cut_all(out);
  }
  if (is_unanswered(pending.item) && queue_.empty()) return;
  queue_.push_back(pending);
  if (owes_ready(pending.item)) batch_in_doubt_ = false;
  if (pending.item == Item::copy_end) ++copy_ends_;
  if (phase_ == Phase::over) cut_head(out);
}

// Takes the head off, and with it what nobody answers.
void Session::pop() {
  assert(!queue_.empty());
  queue_.pop_front();
  progress_ = {};
  pop_unanswered();
}

void Session::pop_unanswered() {
  while (!queue_.empty() && is_unanswered(queue_.front().item)) {
    if (queue_.front().item == Item::copy_end) --copy_ends_;
    queue_.pop_front();
  }
}

// Makes the head the one whom this answer can be for: an answer other than ReadyForQuery passes
// Syncs that may have been swallowed or answered already. No error is theirs either, since nothing
// stands between them and a failed COPY that could fail.
void Session::settle(Answer answer) {
  if (answer == Answer::ready) return;
  while (!queue_.empty() && queue_.front().item == Item::maybe_sync) pop();
  for (; syncs_maybe_answered_ > 0 && !queue_.empty(); --syncs_maybe_answered_) {
    if (queue_.front().item != Item::sync) break;
    pop();
  }
  syncs_maybe_answered_ = 0;
}

// How many Syncs will be answered before any request is.
std::uint32_t Session::syncs_ahead() const {
  std::uint32_t out = 0;
  for (const auto& pending : queue_) {
    if (is_request(pending.item) || pending.item == Item::bad_flush) break;
    if (pending.item == Item::sync) ++out;
  }
  return out;
}

// COPY has begun: what the client had sent ahead, up to its end, is for it.
void Session::take_early_copy_data(Observer& out) {
  for (auto at = queue_.begin() + 1; at != queue_.end(); ++at) {
    if (at->item == Item::copy_end || is_request(at->item)) return;
    if (at->item != Item::copy_data) continue;
    progress_.copy_bytes += at->bytes;
    progress_.bytes_in += at->bytes + std::uint64_t{header_bytes} * at->count;
    out.copy_data(queue_.front().request, progress_.ordinal, CopyDirection::in, {}, at->bytes);
    *at = {Item::copy_data};
  }
}

// COPY has read up to its CopyDone: with it, every Sync on the way. Their batch goes on behind it.
void Session::forget_swallowed_syncs() {
  const auto behind_head = queue_.begin() + 1;
  const auto end = std::find_if(behind_head, queue_.end(), [](const Pending& pending) {
    return pending.item == Item::copy_end || is_request(pending.item);
  });
  if (end == queue_.end() || end->item != Item::copy_end) return;
  std::uint32_t batch_requests = 0;
  std::for_each(behind_head, end, [&](const Pending& pending) {
    if (pending.item == Item::sync) batch_requests += pending.count;
  });
  const auto rest = queue_.erase(behind_head, end + 1);
  --copy_ends_;
  const auto next = std::find_if(rest, queue_.end(),
                                 [](const Pending& pending) { return owes_ready(pending.item); });
  if (next == queue_.end())
    batch_requests_ += batch_requests;
  else if (next->item == Item::sync)
    next->count += batch_requests;
}

// COPY has failed: whether it had read the Syncs sent before its end, nobody can tell. True if
// there are such.
bool Session::doubt_swallowed_syncs() {
  bool any = false;
  for (auto at = queue_.begin() + 1; at != queue_.end(); ++at) {
    if (at->item == Item::copy_end || is_request(at->item)) break;
    if (at->item != Item::sync) continue;
    at->item = Item::maybe_sync;
    any = true;
  }
  return any;
}

// An error in the extended protocol: what follows it up to Sync is skipped, and has no ending.
void Session::skip_to_sync() {
  while (!queue_.empty() && !is_sync(queue_.front().item)) pop();
  if (queue_.empty())
    intake_ = Intake::skipping;
  else
    queue_.front().count = 0;  // a batch that has failed has no commit that could
}

// The same behind Syncs in doubt. A request between these and the next certain Sync is skipped or
// not: it is cut, and the session lost.
void Session::skip_in_doubt(Observer& out) {
  const auto* certain = next_certain();
  if (certain != nullptr && certain->item == Item::sync) return;
  intake_ = Intake::uncertain;
  if (certain == nullptr) return;
  while (!queue_.empty() && queue_.front().item != Item::sync) {
    doubt(queue_.front().item);
    cut_head(out);
  }
  if (!queue_.empty()) {
    intake_ = Intake::queueing;
    batch_in_doubt_ = false;
  }
  lose(Side::client, 0, request_in_doubt, out);
}

// It will be answered, in the end by a ReadyForQuery, or by nothing.
void Session::doubt(Item item) {
  if (item == Item::maybe_sync || owes_ready(item)) ++readies_in_doubt_;
  batch_in_doubt_ = is_request(item) && !owes_ready(item);
}

// A request that PostgreSQL skips or not, sent behind Syncs in doubt.
void Session::cut_in_doubt(Item item, const Ended& cut, char tag, Observer& out) {
  if (phase_ == Phase::open)
    for (const auto& pending : queue_) doubt(pending.item);
  doubt(item);
  lose(Side::client, tag, request_in_doubt, out);
  out.ended(cut);
}

// The first in the queue that will be answered for certain.
const Session::Pending* Session::next_certain() const {
  const auto found = std::find_if(queue_.begin(), queue_.end(), [](const Pending& pending) {
    return !is_unanswered(pending.item) && pending.item != Item::maybe_sync;
  });
  return found == queue_.end() ? nullptr : &*found;
}

RequestKind Session::kind_of(Item item) {
  switch (item) {
    case Item::query:
      return RequestKind::query;
    case Item::parse:
      return RequestKind::parse;
    case Item::bind:
      return RequestKind::bind;
    case Item::describe_statement:
    case Item::describe_portal:
      return RequestKind::describe;
    case Item::close:
      return RequestKind::close;
    case Item::function_call:
      return RequestKind::function_call;
    case Item::execute:
    case Item::sync:  // its error is that of the batch
    case Item::maybe_sync:
    case Item::bad_flush:
    case Item::copy_data:
    case Item::copy_end:
      break;
  }
  return RequestKind::execute;
}

void Session::lose(Side side, char tag, std::string_view why, Observer& out) {
  if (phase_ == Phase::lost) return;
  out.protocol_violation(side, in_flight(), tag, why);
  settle(Answer::error);  // a ReadyForQuery that may not come is not waited for
  phase_ = Phase::lost;
  for (auto& pending : queue_)
    if (pending.item == Item::maybe_sync) pending = {Item::copy_data};
}

// Everything up to the request this ReadyForQuery answers has an answer that nobody followed. One
// that nothing in the queue owes is one of those in doubt: where COPY had read a Sync, these do not
// come, and the session stays lost.
void Session::ready_while_lost(TxStatus status, Observer& out) {
  const auto owes = [](const Pending& pending) { return owes_ready(pending.item); };
  const bool owed = std::any_of(queue_.begin(), queue_.end(), owes);
  auto through = last_request_;
  if (!owed && readies_in_doubt_ > 0) {
    --readies_in_doubt_;
    const auto behind = std::find_if(queue_.begin(), queue_.end(), [](const Pending& pending) {
      return is_request(pending.item);
    });
    if (behind != queue_.end()) through = behind->request - 1;
  } else {
    while (!queue_.empty()) {
      const auto head = queue_.front();
      cut_head(out);
      if (!owes_ready(head.item)) continue;
      through = head.request;
      break;
    }
  }
  const bool in_doubt = readies_in_doubt_ > 0 || batch_in_doubt_;
  if (!in_doubt && std::none_of(queue_.begin(), queue_.end(), owes)) {
    phase_ = Phase::open;
    if (intake_ == Intake::skipping) intake_ = Intake::queueing;  // whoever skips owes a Sync's
  }
  status_ = status;
  out.ready(through, status);
}

// Takes the head off, unanswered. A Query that only waits for its ReadyForQuery has nothing open.
void Session::cut_head(Observer& out) {
  const auto head = queue_.front();
  const bool answered = progress_.step == Step::between || progress_.step == Step::closing;
  if (is_request(head.item) && !answered) end_statement({.how = Ending::cut}, out);
  pop();
}

void Session::cut_all(Observer& out) {
  while (!queue_.empty()) cut_head(out);
  phase_ = Phase::over;
  intake_ = Intake::queueing;  // nobody skips anything any more: what is still sent is cut
}

}  // namespace ride::protocol
