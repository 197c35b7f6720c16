#include "journal/facts/transactions.hpp"

#include <algorithm>
#include <string_view>

namespace ride::journal::facts {
namespace {

using Control = sql::TransactionControl::Kind;
using Members = std::vector<Stmt*>;

struct Prepared {
  Seq seq = 0;
  std::string gid;
  Members members;
};

struct Resolution {
  Seq seq = 0;
  std::string gid;
  bool committed = false;
};

// Two-phase commits of all connections: any of them may resolve what another prepared.
struct TwoPhase {
  std::vector<Prepared> prepared;
  std::vector<Resolution> resolutions;
};

struct Savepoint {
  std::string name;
  std::size_t begin = 0;  // members from here on are undone by ROLLBACK TO
};

const sql::TransactionControl* control_of(const Stmt& stmt) {
  return stmt.own && stmt.own->transaction ? &*stmt.own->transaction : nullptr;
}

bool is(const Stmt& stmt, Control kind) {
  const auto* control = control_of(stmt);
  return control != nullptr && control->kind == kind;
}

class ConnectionTransactions {
 public:
  ConnectionTransactions(const Connection& connection, bool interrupted, TwoPhase& two_phase)
      : ended_(connection.closed_seq != 0 || interrupted), two_phase_(two_phase) {}

  void run(const std::vector<Batch>& batches);

 private:
  void one(Stmt& stmt);
  void failed(Stmt& stmt);
  void completed(Stmt& stmt);
  void rollback_to(Stmt& stmt);
  void end(const char* outcome, bool chain);
  void ready(const Batch& batch);
  void finish();
  char state() const { return !block_ ? 'I' : aborted_ ? 'E' : 'T'; }

  bool ended_;  // the session is over
  TwoPhase& two_phase_;
  Members members_;  // completed, and not decided yet
  std::vector<Savepoint> savepoints_;
  bool block_ = false;    // BEGIN was run; else the transaction ends with the batch
  bool aborted_ = false;  // an error in the block, nothing but ROLLBACK helps
  bool open_ = false;     // a transaction has its ordinal
  std::int64_t ordinal_ = 0;
};

void ConnectionTransactions::run(const std::vector<Batch>& batches) {
  for (const auto& batch : batches) {
    for (auto* stmt : batch.statements) one(*stmt);
    if (batch.ready != nullptr) ready(batch);
  }
  finish();
}

void ConnectionTransactions::one(Stmt& stmt) {
  if (!open_ && (stmt.ran() || ordinal_ == 0)) {
    ++ordinal_;
    open_ = true;
  }
  stmt.row.txid = ordinal_;
  stmt.row.transaction_before = std::string(1, state());
  switch (stmt.fate) {
    case Fate::skipped:
      stmt.row.outcome = "skipped";
      break;
    case Fate::failed:
      failed(stmt);
      break;
    case Fate::unanswered:
      stmt.row.outcome = "unknown";
      members_.push_back(&stmt);
      break;
    case Fate::completed:
    case Fate::suspended:
      completed(stmt);
      break;
  }
  stmt.row.transaction_after = std::string(1, state());
}

void ConnectionTransactions::failed(Stmt& stmt) {
  stmt.row.outcome = "failed";
  const bool ending = is(stmt, Control::commit) || is(stmt, Control::prepare);
  if (!block_ || ending) {
    end("rolled back", false);
  } else {
    aborted_ = true;
  }
}

void ConnectionTransactions::completed(Stmt& stmt) {
  const auto& tag = stmt.row.tag.value_or("");
  const auto* control = control_of(stmt);
  const bool chain = control != nullptr && control->chain;
  if (tag == "ROLLBACK" && is(stmt, Control::rollback_to)) return rollback_to(stmt);
  members_.push_back(&stmt);
  if (tag == "BEGIN" || tag == "START TRANSACTION") {
    block_ = true;
  } else if (tag == "COMMIT") {
    end("committed", chain);
  } else if (tag == "ROLLBACK") {  // also what COMMIT answers in a failed transaction
    end("rolled back", chain);
  } else if (tag == "SAVEPOINT" && control != nullptr) {
    savepoints_.push_back({control->name, members_.size()});
  } else if (tag == "RELEASE" && control != nullptr) {
    const auto found =
        std::find_if(savepoints_.rbegin(), savepoints_.rend(),
                     [&](const Savepoint& savepoint) { return savepoint.name == control->name; });
    if (found != savepoints_.rend()) savepoints_.erase(std::prev(found.base()), savepoints_.end());
  } else if (tag == "PREPARE TRANSACTION" && control != nullptr) {
    two_phase_.prepared.push_back({stmt.ended_seq, control->name, members_});
    end("unknown", false);
  } else if ((tag == "COMMIT PREPARED" || tag == "ROLLBACK PREPARED") && control != nullptr) {
    two_phase_.resolutions.push_back({stmt.ended_seq, control->name, tag == "COMMIT PREPARED"});
  }
}

void ConnectionTransactions::rollback_to(Stmt& stmt) {
  const auto& name = control_of(stmt)->name;
  const auto found = std::find_if(savepoints_.rbegin(), savepoints_.rend(),
                                  [&](const Savepoint& point) { return point.name == name; });
  if (found != savepoints_.rend()) {
    for (auto i = found->begin; i < members_.size(); ++i) {
      members_[i]->row.outcome = "rolled back";
      members_[i]->undone_by = stmt.row.n;
    }
    members_.resize(found->begin);
    savepoints_.erase(found.base(), savepoints_.end());
  }
  aborted_ = false;
  members_.push_back(&stmt);
}

// Decides the members; the next statement begins a new transaction.
void ConnectionTransactions::end(const char* outcome, bool chain) {
  const bool undone = std::string_view(outcome) == "rolled back";
  for (auto* member : members_)
    member->row.outcome = member->fate == Fate::unanswered && !undone ? "unknown" : outcome;
  members_.clear();
  savepoints_.clear();
  block_ = chain;
  aborted_ = false;
  open_ = false;
}

void ConnectionTransactions::ready(const Batch& batch) {
  const char status = batch.ready->status;
  if (status == 'I') {
    // A block that ended without a word: the record lacks the statement that ended it.
    end(!block_ ? "committed" : aborted_ ? "rolled back" : "unknown", false);
  } else {
    block_ = true;
    aborted_ = status == 'E';
  }
  if (!batch.statements.empty())
    batch.statements.back()->row.transaction_after = std::string(1, status);
}

// What the end of the record, or of the session, leaves open.
void ConnectionTransactions::finish() {
  const bool commit_sent = std::any_of(members_.begin(), members_.end(), [](const Stmt* member) {
    return member->fate == Fate::unanswered &&
           (is(*member, Control::commit) || is(*member, Control::prepare) || !member->own->parsed);
  });
  if (block_ && ended_ && !commit_sent) return end("rolled back", false);
  end("unknown", false);
}

}  // namespace

void settle_transactions(Replay& replay, const Timeline& timeline) {
  TwoPhase two_phase;
  for (const auto& [id, batches] : replay.batches)
    ConnectionTransactions(timeline.connections.at(id), timeline.interrupted, two_phase)
        .run(batches);
  std::sort(two_phase.resolutions.begin(), two_phase.resolutions.end(),
            [](const auto& a, const auto& b) { return a.seq < b.seq; });
  for (const auto& prepared : two_phase.prepared) {
    const auto found =
        std::find_if(two_phase.resolutions.begin(), two_phase.resolutions.end(),
                     [&](const auto& r) { return r.gid == prepared.gid && r.seq > prepared.seq; });
    if (found == two_phase.resolutions.end()) continue;
    for (auto* member : prepared.members)
      member->row.outcome = found->committed ? "committed" : "rolled back";
  }
}

}  // namespace ride::journal::facts
