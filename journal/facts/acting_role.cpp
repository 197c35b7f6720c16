#include "journal/facts/acting_role.hpp"

#include <algorithm>
#include <utility>

namespace ride::journal::facts {
namespace {

struct Change {
  std::int64_t undone_by = 0;
  bool local = false;
  bool committed = false;
  SessionRole becomes;
};

class ConnectionRoles {
 public:
  explicit ConnectionRoles(SessionRole before) : before_(std::move(before)) {}

  SessionRole finish() {
    end();
    return std::move(before_);
  }

  void one(Stmt& stmt) {
    if (stmt.row.txid != txid_) end();
    txid_ = stmt.row.txid;
    const auto now = identity_at(stmt.row.n);
    stmt.row.acting_role = now.role            ? now.role
                           : now.authorization ? now.authorization
                                               : stmt.row.role;
    if (now.unknown) stmt.row.acting_role.reset();
    if (stmt.fate == Fate::completed) learn(stmt, now);
  }

 private:
  // The last change of the running transaction that still stands, else what was before it.
  SessionRole identity_at(std::int64_t n) const {
    const auto stands = [&](const Change& change) {
      return change.undone_by == 0 || change.undone_by >= n;
    };
    const auto last = std::find_if(running_.rbegin(), running_.rend(), stands);
    return last == running_.rend() ? before_ : last->becomes;
  }

  void learn(const Stmt& stmt, SessionRole now) {
    bool changed = false;
    bool local = false;
    for (const auto& setting : stmt.own->settings) {
      local = setting.scope == sql::Setting::Scope::local;
      if (!local && setting.scope != sql::Setting::Scope::session) continue;
      const bool authorization = setting.name == "session_authorization";
      if (!authorization && setting.name != "role") continue;
      const bool back = !setting.value || *setting.value == "none" || *setting.value == "default";
      if (authorization) now.authorization = back ? Text() : setting.value;
      now.role = authorization || back ? Text() : setting.value;
      now.unknown = !setting.value && !stmt.own->calls.empty();
      changed = true;
    }
    if (stmt.row.tag == "DISCARD ALL") {
      now = {};
      changed = true;
    }
    if (!changed) return;
    running_.push_back({stmt.undone_by, local, stmt.row.outcome == "committed", std::move(now)});
  }

  void end() {
    for (auto& change : running_)
      if (change.committed && !change.local) before_ = std::move(change.becomes);
    running_.clear();
  }

  std::int64_t txid_ = 0;
  SessionRole before_;  // the running transaction
  std::vector<Change> running_;
};

}  // namespace

void settle_roles(Replay& replay) {
  for (const auto& [id, batches] : replay.batches) settle_roles(batches, {});
}

SessionRole settle_roles(const std::vector<Batch>& batches, SessionRole before) {
  ConnectionRoles roles(std::move(before));
  for (const auto& batch : batches)
    for (auto* stmt : batch.statements) roles.one(*stmt);
  return roles.finish();
}

}  // namespace ride::journal::facts
