// What errors leave of a connection's batches, and what the server skips behind them.
#include "journal/facts/connection_replay.hpp"

namespace ride::journal::facts {

void ConnectionReplay::failed(const Answer& error) {
  auto& batch = batches_.back();
  batch.failed_behind = batch.statements.size();
  batch.fatal = error.fatal();
}

// A commit that fails at Sync is the failure of what was executed last.
void ConnectionReplay::sync_failed(const Answer& error) {
  failed(error);
  const auto& statements = batches_.back().statements;
  const auto has_it = [&](const Stmt* stmt) {
    return !stmt->answers.empty() && stmt->answers.back() == &error;
  };
  if (std::any_of(statements.begin(), statements.end(), has_it)) return;  // its request was last
  const auto last = std::find_if(statements.rbegin(), statements.rend(),
                                 [](const Stmt* stmt) { return stmt->fate == Fate::completed; });
  if (last == statements.rend()) return;
  auto answers = (*last)->answers;
  answers.push_back(&error);
  maker_.settle(**last, answers);
}

// What was sent behind an error never ran; where the record ends before it says how far that went,
// nobody knows.
Fate ConnectionReplay::fate_of_skipped() const {
  const auto& batch = batches_.back();
  const bool told = batch.ready != nullptr || batch.fatal || connection_.closed_seq != 0;
  return told ? Fate::skipped : Fate::unanswered;
}

void ConnectionReplay::skipped(const Request& request) {
  if (request.kind == Kind::query) query(request, true);
  if (request.kind == Kind::function_call) function_call(request, true);
  if (request.kind == Kind::execute) skipped_execute(request);
  if (request.kind == Kind::parse) {
    skipped_parses_[request.name] = request.text;
    if (statement_doomed_ && doomed_statement_ == request.name) statement_doomed_ = false;
  }
  if (request.kind != Kind::bind) return;
  const bool doomed = statement_doomed_ && doomed_statement_ == request.name;
  if (doomed) {
    portal_doomed_ = true;
    doomed_portal_ = request.portal;
  } else if (portal_doomed_ && doomed_portal_ == request.portal) {
    portal_doomed_ = false;
  }
  const auto parsed = skipped_parses_.find(request.name);
  const auto known = names_.statements.find(request.name);
  auto& text = skipped_binds_[request.portal];
  text.reset();
  if (parsed != skipped_parses_.end()) {
    text = parsed->second;
  } else if (known != names_.statements.end()) {
    text = known->second.text;
  }
}

// The Execute of what failed as Parse, Bind or Describe is that same statement.
void ConnectionReplay::skipped_execute(const Request& request) {
  if (portal_doomed_ && doomed_portal_ == request.portal) return;
  const auto bound = skipped_binds_.find(request.portal);
  const auto known = names_.portals.find(request.portal);
  if (bound == skipped_binds_.end() && known != names_.portals.end() &&
      known->second.statement != nullptr)
    return;  // one more Execute of a portal that has its number
  Text text;
  if (bound != skipped_binds_.end()) {
    text = bound->second;
  } else if (known != names_.portals.end()) {
    text = known->second.text;
  }
  auto& stmt = make(request, 0, "extended");
  maker_.set_text(stmt, text, text.value_or(""), {});
  stmt.fate = fate_of_skipped();
}

}  // namespace ride::journal::facts
