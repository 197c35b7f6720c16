#include "journal/facts/record.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "journal/facts/deaths.hpp"
#include "journal/facts/wire.hpp"

namespace ride::journal::facts {
namespace {

// Where an actor only saw its connection break, or had not yet, the server's log has the reason.
void add_actors(const Timeline& timeline, const Backends& backends, Facts& out) {
  for (const auto& victim : find_victims(timeline, backends)) {
    if (victim.session == nullptr) break;
    const auto& session = *victim.session;
    const bool ended_by_admin = victim.ended_by_admin != 0;
    out.actors.push_back({session.actor, shown_server(session.server), session.pid,
                          session.started_us, session.application, session.user, session.database,
                          session.ended_us ? session.ended_us : victim.ended_us,
                          ended_by_admin ? Text("57P01") : session.sqlstate});
  }
}

void add_connections(const Timeline& timeline, Facts& out) {
  for (const auto& [id, connection] : timeline.connections) {
    ConnectionRow row;
    row.connection = id;
    row.role = connection.user;
    row.database = connection.database;
    row.application = connection.application_at(0);
    row.pid = connection.pid;
    if (connection.refusal) {
      row.outcome = "refused";
      row.sqlstate = error_field(*connection.refusal, 'C');
    } else if (connection.ready_seq != 0) {
      row.outcome = "ready";
    }
    row.opened = connection.opened_us;
    row.closed = connection.closed_us;
    row.how = connection.how;
    out.connections.push_back(std::move(row));
  }
}

// The statement that was sent last before an event.
std::int64_t at_n(const Facts& facts, Seq seq) {
  const auto later = std::partition_point(
      facts.statements.begin(), facts.statements.end(),
      [&](const StatementRow& row) { return static_cast<Seq>(row.request) < seq; });
  return later - facts.statements.begin();
}

void add_moment(const Moment& moment, Facts& out) {
  const auto n = at_n(out, moment.seq);
  const auto name = moment.name.value_or("");
  if (moment.kind == Kind::check)
    out.checks.push_back({name, moment.how, moment.state, moment.text, moment.message});
  if (moment.kind == Kind::workload)
    out.workloads.push_back({moment.actor.value_or(""), moment.number.value_or(0),
                             moment.rows.value_or(0), moment.sqlstate, moment.message});
  if (moment.kind == Kind::probe)
    out.probes.push_back({name, moment.text, moment.how, moment.at_us, n});
  if (moment.kind == Kind::hint) out.hints.push_back({moment.number.value_or(0), n});
  if (moment.kind == Kind::log_shown) out.logs.push_back({n, moment.number, moment.text});
  if (moment.kind == Kind::gap) out.gaps.push_back({n, moment.message, "gap"});
  if (moment.kind == Kind::hole)
    out.gaps.push_back({n, std::to_string(moment.number.value_or(1)) + " never written", "hole"});
  if (moment.kind == Kind::attempt_ended && moment.how == "interrupted")
    out.gaps.push_back({n, "interrupted", "interruption"});
}

bool took_effect(const std::string& outcome) {
  return outcome == "committed" || outcome == "unknown";
}

}  // namespace

void add_records(const Timeline& timeline, const Backends& backends, Facts& out) {
  add_actors(timeline, backends, out);
  add_connections(timeline, out);
  for (const auto& moment : timeline.moments) add_moment(moment, out);
}

void add_changes(const std::vector<Stmt*>& statements, Facts& out) {
  const auto outcome = [&](std::int64_t n) -> const std::string& {
    return statements[static_cast<std::size_t>(n - 1)]->row.outcome;
  };
  const auto database = [&](std::int64_t n) {
    return statements[static_cast<std::size_t>(n - 1)]->row.database;
  };
  auto& changes = out.changes;
  for (const auto& row : out.writes)
    if (took_effect(outcome(row.statement)))
      changes.push_back({row.statement, row.database, row.relation, "write", {}, {}});
  for (const auto& row : out.ddl)
    if (row.statement && took_effect(row.outcome))
      changes.push_back({*row.statement, row.database, row.object, "ddl", {}, {}});
  for (const auto& row : out.role_changes)
    if (row.statement && took_effect(row.outcome))
      changes.push_back({*row.statement, database(*row.statement), row.role, "role", {}, {}});
  for (const auto& row : out.settings)
    if (row.statement && took_effect(row.outcome) && row.scope != "session" && row.scope != "local")
      changes.push_back({*row.statement, database(*row.statement), row.name, "setting", {}, {}});
  for (const auto& row : out.terminations)
    changes.push_back({row.statement, database(row.statement), row.actor, "termination", row.choice,
                       row.alternative});
  const auto order = [](const ChangeRow& row) {
    return std::tie(row.statement, row.kind, row.database, row.object, row.choice, row.alternative);
  };
  std::stable_sort(changes.begin(), changes.end(),
                   [&](const auto& a, const auto& b) { return order(a) < order(b); });
  changes.erase(std::unique(changes.begin(), changes.end(),
                            [&](const auto& a, const auto& b) { return order(a) == order(b); }),
                changes.end());
}

}  // namespace ride::journal::facts
