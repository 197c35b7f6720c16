#include "journal/facts/statements.hpp"

#include <algorithm>

#include "journal/facts/connection_replay.hpp"

namespace ride::journal::facts {

Follower::Follower(const Connection& connection, sql::Analyser& analyser, std::deque<Stmt>& owned,
                   std::vector<Batch>& batches)
    : replay_(std::make_unique<ConnectionReplay>(connection, analyser, owned, batches)) {}
Follower::~Follower() = default;
Follower::Follower(Follower&&) noexcept = default;

void Follower::closed_batches() { replay_->closed_batches(); }
void Follower::open_batch() { replay_->open_batch(); }
bool Follower::reads_on() const { return replay_->reads_on(); }
std::size_t Follower::replayed() const { return replay_->replayed(); }
void Follower::forget() { replay_->forget(); }

Replay replay(const Timeline& timeline, sql::Analyser& analyser) {
  Replay out;
  for (const auto& [id, connection] : timeline.connections) {
    ConnectionReplay one(connection, analyser, out.owned, out.batches[id]);
    one.closed_batches();
    one.open_batch();
  }
  return out;
}

std::vector<Stmt*> number(Replay& replay) {
  std::vector<Stmt*> all;
  for (auto& stmt : replay.owned) all.push_back(&stmt);
  std::stable_sort(all.begin(), all.end(), [](const Stmt* a, const Stmt* b) {
    return std::tie(a->row.request, a->row.ordinal) < std::tie(b->row.request, b->row.ordinal);
  });
  std::int64_t n = 0;
  for (auto* stmt : all) stmt->row.n = ++n;
  return all;
}

}  // namespace ride::journal::facts
