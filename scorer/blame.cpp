#include "scorer/blame.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "scorer/lock_mode.hpp"

namespace ride::scorer {
namespace {

bool on_a_table(const LockWait& wait) { return wait.object.starts_with("relation "); }

bool lists(const std::vector<Party>& parties, const Party& party) {
  return std::find(parties.begin(), parties.end(), party) != parties.end();
}

// Each statement's times, joined where they touch: many sessions in a chain hand on the same ones.
std::vector<Blame> joined(std::vector<Blame> all) {
  std::sort(all.begin(), all.end(), [](const Blame& one, const Blame& other) {
    return std::tie(one.statement, one.from_us, one.to_us) <
           std::tie(other.statement, other.from_us, other.to_us);
  });
  std::vector<Blame> out;
  for (const auto& one : all) {
    const bool touches =
        !out.empty() && out.back().statement == one.statement && one.from_us <= out.back().to_us;
    if (touches)
      out.back().to_us = std::max(out.back().to_us, one.to_us);
    else
      out.push_back(one);
  }
  return out;
}

// Takes no lock that could be in anybody's way.
bool harmless(const std::string& tag) {
  for (const auto* const word : {"BEGIN", "START TRANSACTION", "SAVEPOINT", "RELEASE", "SET",
                                 "SHOW", "COMMIT", "ROLLBACK", "PREPARE", "DEALLOCATE"})
    if (tag == word) return true;
  return false;
}

}  // namespace

Blamer::Blamer(const journal::facts::Facts& facts, const std::vector<LockWait>& waits,
               std::int64_t until_us)
    : facts_(facts), waits_(waits), until_us_(until_us) {
  for (const auto& row : facts.statements) by_connection_[row.connection].push_back(&row);
  for (const auto& row : facts.reads)
    touched_[row.statement].emplace_back(row.relation, "AccessShareLock");
  for (const auto& row : facts.writes)
    touched_[row.statement].emplace_back(
        row.relation, row.action == "truncate" ? "AccessExclusiveLock" : "RowExclusiveLock");
  for (const auto& row : facts.ddl)
    if (row.statement && row.object)
      touched_[*row.statement].emplace_back(
          *row.object, row.action == "create index" ? "ShareLock" : "AccessExclusiveLock");
}

const std::vector<Blame>& Blamer::of(std::size_t wait) {
  // Each is worked out once. A circle of waits is a deadlock, which the server ends: who is asked
  // while being worked out has nothing to add.
  const auto [known, is_new] = known_.try_emplace(wait);
  if (is_new) {
    auto found = joined(work_out(waits_[wait]));
    known_[wait] = std::move(found);
  }
  return known->second;
}

std::vector<Blame> Blamer::work_out(const LockWait& wait) {
  std::vector<Blame> out;
  for (const auto& party : in_the_queue(wait)) {
    const auto* own = wait_of(party, wait);
    if (own == nullptr || !own->statement) continue;
    for (const auto* row : by_connection_[party.connection])
      if (row->n == *own->statement) blame(wait, *row, out);
  }
  for (const auto& party : wait.holders) {
    if (party.connection != 0) {
      if (const auto* row = holder_statement(party, wait)) blame(wait, *row, out);
      continue;
    }
    if (party.actor.empty()) continue;
    const auto anyway = held_anyway_until(wait, party.actor);
    for (std::size_t i = 0; i < waits_.size(); ++i) {
      if (!(waits_[i].waiter == party) || &waits_[i] == &wait) continue;
      for (const auto& one : of(i)) {
        const auto from = std::max({one.from_us, wait.began_us, anyway.value_or(0)});
        const auto to = std::min(one.to_us, wait.ended_us);
        if (from < to) out.push_back({one.statement, from, to});
      }
    }
  }
  return out;
}

void Blamer::blame(const LockWait& wait, const Row& row, std::vector<Blame>& out) const {
  const auto anyway = held_anyway_until(wait, "").value_or(0);
  const auto from = std::max({wait.began_us, row.started, anyway});
  const auto to = std::min(wait.ended_us, released_us(row));
  if (from < to) out.push_back({row.n, from, to});
}

// The learner's sessions in front that are in the way, be it through others who wait between.
std::vector<Party> Blamer::in_the_queue(const LockWait& wait) const {
  std::vector<Party> out;
  std::vector<std::string> wanted{wait.lock};
  for (auto party = wait.ahead.rbegin(); party != wait.ahead.rend(); ++party) {
    const auto* own = wait_of(*party, wait);
    if (own == nullptr) continue;
    const bool in_the_way = std::any_of(wanted.begin(), wanted.end(), [&](const auto& lock) {
      return locks_conflict(own->lock, lock);
    });
    if (!in_the_way) continue;
    if (party->connection != 0)
      out.push_back(*party);
    else
      wanted.push_back(own->lock);
  }
  return out;
}

const LockWait* Blamer::wait_of(const Party& party, const LockWait& for_same) const {
  const LockWait* best = nullptr;
  for (const auto& wait : waits_)
    if (wait.waiter == party && wait.object == for_same.object &&
        wait.began_us <= for_same.ended_us && wait.ended_us >= for_same.began_us)
      best = &wait;
  return best;
}

std::vector<const Blamer::Row*> Blamer::transaction_at(std::int64_t connection,
                                                       std::int64_t at_us) const {
  const auto found = by_connection_.find(connection);
  std::vector<const Row*> out;
  if (found == by_connection_.end()) return out;
  for (const auto* row : found->second) {
    if (row->started > at_us || row->outcome == "skipped") continue;
    if (!out.empty() && out.back()->txid != row->txid) out.clear();
    out.push_back(row);
  }
  return out;
}

// The first statement of the holder's transaction that took a lock that is in the way.
const Blamer::Row* Blamer::holder_statement(const Party& party, const LockWait& wait) const {
  const auto rows = transaction_at(party.connection, wait.seen_us);
  const bool alone = wait.holders.size() == 1 && wait.ahead.empty();
  for (const auto* row : rows) {
    const auto lock = lock_of(*row, wait.relation);
    if (lock.empty()) continue;
    if (on_a_table(wait) ? locks_conflict(lock, wait.lock) : lock != "AccessShareLock") return row;
  }
  // Locks on rows are taken by SELECT, too; and who holds alone what others wait for is in the way.
  if (on_a_table(wait) && !alone) return nullptr;
  for (const auto* row : rows)
    if (!harmless(row->tag.value_or(""))) return row;
  return nullptr;
}

// The strongest that the statement is known to have taken on the relation, or, where its name is
// not known, on any; empty: none. What the text does not tell may have taken any.
std::string Blamer::lock_of(const Row& row, const std::string& relation) const {
  const auto found = touched_.find(row.n);
  if (found == touched_.end()) return harmless(row.tag.value_or("")) ? "" : "AccessExclusiveLock";
  std::string best;
  for (const auto& [name, lock] : found->second)
    if ((relation.empty() || name == relation || name.ends_with("." + relation)) &&
        (best.empty() || lock_covers(lock, best)))
      best = lock;
  return best;
}

std::int64_t Blamer::released_us(const Row& row) const {
  const auto& rows = by_connection_.at(row.connection);
  const Row* last = nullptr;
  bool savepoint = false;
  for (const auto* other : rows) {
    if (other->txid != row.txid) continue;
    savepoint |= other->tag == "SAVEPOINT";
    if (other->n < row.n) continue;
    last = other;
    if (other->transaction_after == "E" && !savepoint) break;  // an error gives locks back
  }
  if (last != nullptr && last->ended && last->transaction_after != "T") return *last->ended;
  for (const auto& connection : facts_.connections)
    if (connection.connection == row.connection && connection.closed) return *connection.closed;
  return until_us_;
}

std::optional<std::int64_t> Blamer::held_anyway_until(const LockWait& wait,
                                                      const std::string& but_actor) const {
  std::optional<std::int64_t> until;
  for (const auto& holder : wait.holders) {
    if (holder.connection != 0 || (!but_actor.empty() && holder.actor == but_actor)) continue;
    if (!known_in_the_way(holder, wait)) continue;
    until = std::max(until.value_or(0), held_until(holder, wait));
  }
  return until;
}

bool Blamer::known_in_the_way(const Party& holder, const LockWait& wait) const {
  return std::any_of(waits_.begin(), waits_.end(), [&](const LockWait& other) {
    return other.object == wait.object && other.holders.size() == 1 &&
           other.holders.front() == holder && other.ahead.empty() &&
           lock_covers(wait.lock, other.lock);
  });
}

std::int64_t Blamer::held_until(const Party& holder, const LockWait& wait) const {
  auto until = wait.ended_us;
  for (const auto& row : facts_.actors)
    if (row.actor == holder.actor && row.pid == holder.pid && row.ended > wait.began_us)
      until = std::min(until, *row.ended);
  // Who waited for it, with a lock that is in its way as well, and got it.
  for (const auto& other : waits_)
    if (other.object == wait.object && other.acquired && lists(other.holders, holder) &&
        lock_covers(other.lock, wait.lock) && other.ended_us > wait.began_us)
      until = std::min(until, other.ended_us);
  return until;
}

}  // namespace ride::scorer
