#include "journal/facts/transactions.hpp"

#include <algorithm>
#include <limits>
#include <string_view>

#include "journal/facts/own_commit.hpp"

namespace ride::journal::facts {
namespace {

using Control = sql::TransactionControl::Kind;

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

bool unanswered(const Stmt* stmt) { return stmt->fate == Fate::unanswered; }

// Of an unanswered statement: it may have ended its transaction.
bool may_have_ended_it(const Stmt& stmt) {
  if (is(stmt, Control::commit) || is(stmt, Control::prepare) || is(stmt, Control::rollback))
    return true;
  return !stmt.own->parsed && stmt.row.path != "function";
}

class ConnectionTransactions {
 public:
  ConnectionTransactions(const Connection& connection, bool interrupted, TwoPhaseSteps& steps)
      : connection_(connection), ended_(connection.closed_seq != 0 || interrupted), steps_(steps) {}

  void run(const std::vector<Batch>& batches);

 private:
  void one(Stmt& stmt);
  void completed(Stmt& stmt);
  void savepoint(const Stmt& stmt);
  void release(const Stmt& stmt);
  void rollback_to(Stmt& stmt);
  void two_phase(const Stmt& stmt);
  void prepared(const Stmt& stmt, std::vector<Stmt*> members);
  void own_commit_of(const Stmt& stmt);
  void error(const Batch& batch);
  void ready(const Batch& batch);
  void gaps_before(Seq seq);
  void end(const char* outcome, bool chain = false);
  void doubt();
  void finish();
  std::vector<Savepoint>::iterator find_savepoint(const std::string& name);
  char state() const { return !block_ ? 'I' : aborted_ ? 'E' : 'T'; }

  const Connection& connection_;
  bool ended_;  // the session is over
  TwoPhaseSteps& steps_;
  std::vector<Stmt*> members_;  // completed or unanswered, and not decided yet
  std::vector<Savepoint> savepoints_;
  std::size_t perhaps_committed_ = 0;  // so many members, by a procedure outside a block
  bool block_ = false;                 // BEGIN was run; else the transaction ends with the batch
  bool aborted_ = false;               // an error in the block, nothing but ROLLBACK helps
  bool open_ = false;                  // a transaction has its ordinal
  std::int64_t ordinal_ = 0;
  std::size_t next_gap_ = 0;
};

void ConnectionTransactions::run(const std::vector<Batch>& batches) {
  for (const auto& batch : batches) {
    if (batch.failed_behind == 0U) error(batch);
    for (std::size_t i = 0; i < batch.statements.size(); ++i) {
      auto& stmt = *batch.statements[i];
      gaps_before(stmt.request());
      one(stmt);
      if (batch.failed_behind == i + 1) error(batch);
      stmt.row.transaction_after = std::string(1, state());
    }
    if (batch.ready != nullptr) ready(batch);
  }
  gaps_before(std::numeric_limits<Seq>::max());
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
      stmt.row.outcome = "failed";
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
}

void ConnectionTransactions::completed(Stmt& stmt) {
  const auto& tag = stmt.row.tag.value_or("");
  if (tag == "ROLLBACK" && is(stmt, Control::rollback_to)) return rollback_to(stmt);
  members_.push_back(&stmt);
  const auto* control = control_of(stmt);
  const bool chain = control != nullptr && control->chain;
  if (tag == "BEGIN" || tag == "START TRANSACTION") {
    block_ = true;
  } else if (tag == "COMMIT") {
    end("committed", chain);
  } else if (tag == "ROLLBACK") {            // also what COMMIT answers in a failed transaction
    if (control == nullptr) return doubt();  // or was it ROLLBACK TO?
    const bool nothing_to_prepare = !block_ && control->kind == Control::prepare;
    end(nothing_to_prepare ? "committed" : "rolled back", chain);
    stmt.row.outcome = "rolled back";
  } else if (tag == "SAVEPOINT") {
    savepoint(stmt);
  } else if (tag == "RELEASE") {
    release(stmt);
  } else if (tag.ends_with(" PREPARED") || tag == "PREPARE TRANSACTION") {
    two_phase(stmt);
  }
  if (!block_) own_commit_of(stmt);
}

void ConnectionTransactions::savepoint(const Stmt& stmt) {
  if (const auto* control = control_of(stmt))
    savepoints_.push_back({control->name, members_.size()});
}

void ConnectionTransactions::release(const Stmt& stmt) {
  const auto* control = control_of(stmt);
  if (control == nullptr) return savepoints_.clear();  // of any of them
  savepoints_.erase(find_savepoint(control->name), savepoints_.end());
}

// The last of this name, or the end.
std::vector<Savepoint>::iterator ConnectionTransactions::find_savepoint(const std::string& name) {
  const auto found = std::find_if(savepoints_.rbegin(), savepoints_.rend(),
                                  [&](const Savepoint& point) { return point.name == name; });
  return found == savepoints_.rend() ? savepoints_.end() : std::prev(found.base());
}

void ConnectionTransactions::rollback_to(Stmt& stmt) {
  const auto found = find_savepoint(control_of(stmt)->name);
  if (found == savepoints_.end()) {
    doubt();  // made where the record does not reach
  } else {
    for (auto i = found->begin; i < members_.size(); ++i) {
      members_[i]->row.outcome = "rolled back";
      members_[i]->undone_by = stmt.row.n;
    }
    members_.resize(found->begin);
    savepoints_.erase(std::next(found), savepoints_.end());
  }
  aborted_ = false;
  members_.push_back(&stmt);
}

void ConnectionTransactions::two_phase(const Stmt& stmt) {
  const auto& tag = *stmt.row.tag;
  const auto* control = control_of(stmt);
  if (tag == "PREPARE TRANSACTION") {
    if (control != nullptr) prepared(stmt, members_);
    end("unknown");
  } else if (control != nullptr) {
    steps_.resolved.push_back(
        {control->name, {stmt.request(), stmt.ended_seq}, tag == "COMMIT PREPARED"});
  }
}

void ConnectionTransactions::prepared(const Stmt& stmt, std::vector<Stmt*> members) {
  steps_.prepared.push_back(
      {control_of(stmt)->name, {stmt.request(), stmt.ended_seq}, std::move(members)});
}

void ConnectionTransactions::own_commit_of(const Stmt& stmt) {
  switch (own_commit(stmt)) {
    case OwnCommit::no:
      break;
    case OwnCommit::perhaps:
      perhaps_committed_ = members_.size();
      break;
    case OwnCommit::yes:
      end("committed");
      break;
  }
}

// Decides the members; the next statement begins a new transaction.
void ConnectionTransactions::end(const char* outcome, bool chain) {
  const bool undone = std::string_view(outcome) == "rolled back";
  for (std::size_t i = 0; i < members_.size(); ++i) {
    const bool unsure = undone ? i < perhaps_committed_ : unanswered(members_[i]);
    members_[i]->row.outcome = unsure ? "unknown" : outcome;
  }
  members_.clear();
  savepoints_.clear();
  perhaps_committed_ = 0;
  block_ = chain;
  aborted_ = false;
  open_ = false;
}

// What became of those so far cannot be known, whatever comes; the transaction may go on.
void ConnectionTransactions::doubt() {
  for (auto* member : members_) member->row.outcome = "unknown";
  members_.clear();
  savepoints_.clear();
  perhaps_committed_ = 0;
}

// ReadyForQuery says what the error left: a COMMIT that fails ends its block, one that cannot be
// read does not.
void ConnectionTransactions::error(const Batch& batch) {
  const bool block = batch.ready != nullptr ? batch.ready->status != 'I' : block_ && !batch.fatal;
  ended_ = ended_ || batch.fatal;
  if (!block) return end("rolled back");
  block_ = aborted_ = true;
}

void ConnectionTransactions::ready(const Batch& batch) {
  gaps_before(batch.ready->seq);
  // Answers that nobody could follow: there may have been an error or a COMMIT among them.
  if (batch.cut) doubt();
  const char status = batch.ready->status;
  if (status == 'I') {
    // A block that ended without a word: the record lacks the statement that ended it.
    end(block_ ? "unknown" : "committed");
  } else {
    block_ = true;
    aborted_ = status == 'E';
  }
  if (!batch.statements.empty())
    batch.statements.back()->row.transaction_after = std::string(1, status);
}

void ConnectionTransactions::gaps_before(Seq seq) {
  for (; next_gap_ < connection_.gaps.size() && connection_.gaps[next_gap_] < seq; ++next_gap_)
    doubt();
}

// What the end of the record, or of the session, leaves open.
void ConnectionTransactions::finish() {
  const auto first = std::find_if(members_.begin(), members_.end(), unanswered);
  const auto ender = std::find_if(first, members_.end(), [](const Stmt* member) {
    return unanswered(member) && may_have_ended_it(*member);
  });
  if (block_ && ended_) {
    if (ender == members_.end()) return end("rolled back");
    // Whether it was reached or not; what was sent behind it may have been committed.
    if (is(**ender, Control::rollback)) {
      for (auto member = members_.begin(); member <= ender; ++member)
        (*member)->row.outcome = "rolled back";
      members_.erase(members_.begin(), std::next(ender));
      return end("unknown");
    }
  }
  if (first != members_.end() && is(**first, Control::prepare))
    prepared(**first, {members_.begin(), std::next(first)});
  end("unknown");
}

}  // namespace

TwoPhaseSteps settle_sessions(Replay& replay, const Timeline& timeline) {
  TwoPhaseSteps steps;
  for (const auto& [id, batches] : replay.batches)
    ConnectionTransactions(timeline.connections.at(id), timeline.interrupted, steps).run(batches);
  return steps;
}

void settle_transactions(Replay& replay, const Timeline& timeline) {
  const auto steps = settle_sessions(replay, timeline);
  TwoPhase two_phase;
  for (std::size_t i = 0; i < steps.prepared.size(); ++i)
    two_phase.prepared(i, steps.prepared[i].gid, steps.prepared[i].times);
  for (const auto& one : steps.resolved) two_phase.resolved(one.gid, one.times, one.committed);
  for (const auto& [i, committed] : two_phase.settle())
    for (auto* member : steps.prepared[i].members)
      member->row.outcome = committed ? "committed" : "rolled back";
}

}  // namespace ride::journal::facts
