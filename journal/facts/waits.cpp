#include "journal/facts/waits.hpp"

#include "journal/facts/wait_line.hpp"

namespace ride::journal::facts {
namespace {

// A session by pid at the moment of a line: an actor's name, or the learner's statement under way.
struct Party {
  Text name;
  Number statement;
};

Party learner(const Backends& backends, const Connection& connection, Seq seq) {
  Party party{"learner", {}};
  for (const auto* stmt : backends.statements_of(connection.id))
    if (stmt->request() < seq && stmt->ran()) party.statement = stmt->row.n;
  return party;
}

Party holder(const Timeline& timeline, const Backends& backends, std::int64_t pid,
             const LogLine& line) {
  const auto seq = line.seq;
  for (auto session = timeline.sessions.rbegin(); session != timeline.sessions.rend(); ++session)
    if (session->pid == pid && session->server == line.server && session->connected_seq < seq)
      return {session->actor, {}};
  for (const auto& [id, connection] : timeline.connections)
    if (connection.pid == pid && connection.server == line.server && connection.ready_seq < seq &&
        (connection.closed_seq == 0 || connection.closed_seq > seq))
      return learner(backends, connection, seq);
  return {};
}

void note_acquired(const WaitLine& wait, const LogLine& line, std::vector<WaitRow>& rows) {
  for (auto& row : rows)
    if (row.waiter_pid == wait.pid && row.lock == wait.lock && !row.acquired)
      row.acquired = line.at_us;
}

}  // namespace

void add_waits(const Timeline& timeline, const Backends& backends, const Relations& relations,
               Facts& out) {
  for (const auto& line : timeline.log) {
    const auto wait = read_wait_line(line);
    if (!wait) continue;
    if (wait->acquired) {
      note_acquired(*wait, line, out.waits);
      continue;
    }
    WaitRow row;
    row.seen = line.at_us;
    row.waiter_pid = wait->pid;
    row.lock = wait->lock;
    if (const auto* relation = relations.find(Text(line.database), wait->relation))
      row.relation = relation->name;
    if (const auto* session = backends.session_of(line)) {
      row.waiter = session->actor;
    } else if (backends.connection_of(line) != nullptr) {
      row.waiter = "learner";
      if (const auto* stmt = backends.statement_of(line)) row.statement = stmt->row.n;
    }
    if (wait->holders.empty()) out.waits.push_back(row);
    for (const auto pid : wait->holders) {
      const auto blocker = holder(timeline, backends, pid, line);
      row.blocker = blocker.name;
      row.blocker_statement = blocker.statement;
      row.blocker_pid = pid;
      out.waits.push_back(row);
    }
  }
}

}  // namespace ride::journal::facts
