#include "journal/facts/stream.hpp"

#include <algorithm>
#include <deque>
#include <memory>

#include "journal/facts/times.hpp"
#include "journal/facts/transactions.hpp"
#include "journal/fields.hpp"

namespace ride::journal::facts {
namespace {

constexpr std::size_t changes_kept_max = 16;  // of a session's settings, behind its statements

bool is_request(Kind kind) { return kind >= Kind::query && kind <= Kind::function_call; }

bool is_of_session(Kind kind) {
  return is_request(kind) || kind == Kind::ended || kind == Kind::ready ||
         (kind >= Kind::connection_opened && kind <= Kind::parameter_changed);
}

// Of a session, or of all of them.
bool is_gap(const Event& event) {
  return event.kind == Kind::gap &&
         (event.connection != 0 || Fields(event.body).has(Field::number));
}

template <typename Change>
void keep_last(std::vector<Change>& changes) {
  if (changes.size() > changes_kept_max) changes.erase(changes.begin(), changes.end() - 1);
}

}  // namespace

// A client's session, and its statements since it was last outside of any transaction.
struct StatementStream::Session {
  Session(std::int64_t id, sql::Analyser& analyser)
      : connection(builder.timeline().connections[id]),
        follower(connection, analyser, replay.owned, replay.batches[id]) {
    connection.id = id;
  }

  std::vector<Batch>& batches() { return replay.batches.begin()->second; }

  TimelineBuilder builder;
  Connection& connection;
  Replay replay;
  Follower follower;
  std::size_t keyed = 0;  // statements of `replay` that are known to be there
  SessionRole role;
  std::int64_t txids = 0, batches_before = 0;
};

StatementStream::StatementStream(sql::Analyser& analyser, Sink sink)
    : analyser_(analyser), sink_(std::move(sink)) {}
StatementStream::~StatementStream() = default;

void StatementStream::add(const Event& event) {
  if (event.kind == Kind::attempt_ended &&
      Fields(event.body).get_bytes(Field::how) == "interrupted")
    interrupted_ = true;
  if (is_gap(event)) return add_gap(event);
  if (!is_of_session(event.kind)) return;
  auto& session = session_of(event);
  if (is_request(event.kind)) open_.insert(event.seq);
  session.builder.add(event);
  if (event.kind == Kind::ready) {
    session.follower.closed_batches();
    advance(session);
    if (session.connection.readies.back().status == 'I' && !session.follower.reads_on())
      settle(session);
    number();
  } else if (event.kind == Kind::connection_closed) {
    close(session);
    sessions_.erase(event.connection);
    number();
  }
}

void StatementStream::add_gap(const Event& event) {
  for (auto& [id, session] : sessions_)
    if (event.connection == 0 || event.connection == id) session->builder.add(event);
}

void StatementStream::finish() {
  for (auto& [id, session] : sessions_) close(*session);
  sessions_.clear();
  number();
  for (const auto& [id, members] : prepared_)
    for (const auto& key : members) decided(key);
  prepared_.clear();
}

StatementStream::Session& StatementStream::session_of(const Event& event) {
  auto& session = sessions_[event.connection];
  if (!session) session = std::make_unique<Session>(event.connection, analyser_);
  return *session;
}

// The requests that were replayed are answered; which statements they hold is known.
void StatementStream::advance(Session& session) {
  const auto& requests = session.connection.requests;
  for (auto i = session.follower.replayed(); i > 0 && open_.erase(requests[i - 1].seq) != 0; --i) {
  }
  const auto& owned = session.replay.owned;
  for (; session.keyed < owned.size(); ++session.keyed) {
    const auto& row = owned[session.keyed].row;
    const Key key{static_cast<Seq>(row.request), row.ordinal};
    unnumbered_.insert(key);
    waiting_[key];
  }
}

void StatementStream::close(Session& session) {
  session.follower.closed_batches();
  session.follower.open_batch();
  advance(session);
  settle(session);
}

// Outside of any transaction: what stands before is decided.
void StatementStream::settle(Session& session) {
  auto& timeline = session.builder.timeline();
  timeline.interrupted = interrupted_;
  std::int64_t local = 0;  // for who compares numbers of one session
  for (auto& stmt : session.replay.owned) stmt.row.n = ++local;
  const auto steps = settle_sessions(session.replay, timeline);
  settle_times(session.replay, timeline);
  session.role = settle_roles(session.batches(), std::move(session.role));
  take(session, hold_prepared(steps));
  for (const auto& [id, committed] : two_phase_.settle()) resolve(id, committed);
}

// Two-phase commit: until it is resolved, by any session, nobody can say.
std::set<StatementStream::Key> StatementStream::hold_prepared(const TwoPhaseSteps& steps) {
  std::set<Key> held;
  for (const auto& one : steps.prepared) {
    auto& members = prepared_[++prepared_ever_];
    for (const auto* stmt : one.members) members.emplace_back(stmt->request(), stmt->row.ordinal);
    held.insert(members.begin(), members.end());
    two_phase_.prepared(prepared_ever_, one.gid, one.times);
  }
  for (const auto& one : steps.resolved) two_phase_.resolved(one.gid, one.times, one.committed);
  return held;
}

// Moves the statements out of the session; what it was told stays.
void StatementStream::take(Session& session, const std::set<Key>& held) {
  std::int64_t txids = 0;
  for (auto& stmt : session.replay.owned) {
    txids = std::max(txids, stmt.row.txid);
    stmt.row.txid += session.txids;
    stmt.row.batch += session.batches_before;
    const Key key{static_cast<Seq>(stmt.row.request), stmt.row.ordinal};
    auto& waiting = waiting_[key];
    for (const auto* answer : stmt.answers) waiting.statement.answers.push_back(answer->seq);
    stmt.answers.clear();
    stmt.connection = nullptr;
    stmt.row.n = waiting.n;
    waiting.statement.stmt = std::move(stmt);
    if (!held.contains(key)) decided(key);
  }
  session.txids += txids;
  session.batches_before += static_cast<std::int64_t>(session.batches().size());
  auto& connection = session.connection;
  if (!connection.readies.empty()) connection.ready_us = connection.readies.back().at_us;
  session.batches().clear();
  session.replay.owned.clear();
  session.keyed = 0;
  session.builder.forget(connection.id, session.follower.replayed());
  session.follower.forget();
  if (connection.requests.empty()) {
    keep_last(connection.applications);
    keep_last(connection.conforming);
  }
}

void StatementStream::resolve(TwoPhase::Id id, bool committed) {
  const auto found = prepared_.find(id);
  for (const auto& key : found->second) {
    waiting_[key].statement.stmt.row.outcome = committed ? "committed" : "rolled back";
    decided(key);
  }
  prepared_.erase(found);
}

void StatementStream::decided(const Key& key) {
  const auto found = waiting_.find(key);
  found->second.decided = true;
  if (found->second.n == 0) return;
  sink_(found->second.statement);
  waiting_.erase(found);
}

// Numbers what stands before every open request, and hands on what waited for that alone.
void StatementStream::number() {
  while (!unnumbered_.empty() && (open_.empty() || unnumbered_.begin()->first < *open_.begin())) {
    const auto key = *unnumbered_.begin();
    unnumbered_.erase(unnumbered_.begin());
    auto& waiting = waiting_[key];
    waiting.n = waiting.statement.stmt.row.n = ++last_n_;
    if (waiting.decided) decided(key);
  }
}

}  // namespace ride::journal::facts
