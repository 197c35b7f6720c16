#include "journal/facts/deaths.hpp"

#include <algorithm>

namespace ride::journal::facts {
namespace {

void note_death(Victim& victim, Seq seq) {
  if (victim.ended_by_admin == 0 || seq < victim.ended_by_admin) victim.ended_by_admin = seq;
  if (victim.gone == 0 || seq < victim.gone) victim.gone = seq;
}

void note_logged_death(Victim& victim, const LogLine& line) {
  note_death(victim, line.seq);
  if (!victim.ended_us) victim.ended_us = line.at_us;
}

}  // namespace

std::vector<Victim> find_victims(const Timeline& timeline, const Backends& backends) {
  std::vector<Victim> victims;
  for (const auto& session : timeline.sessions) {
    Victim victim{&session, nullptr, session.pid, session.connected_seq, session.ended_seq, 0, {}};
    if (session.sqlstate == "57P01") note_death(victim, session.ended_seq);
    victims.push_back(victim);
  }
  for (const auto& [id, connection] : timeline.connections) {
    if (!connection.pid || *connection.pid == 0) continue;
    victims.push_back({nullptr,
                       &connection,
                       *connection.pid,
                       connection.ready_seq,
                       connection.closed_seq,
                       0,
                       {}});
  }
  for (const auto& line : timeline.log) {
    if (line.severity != "FATAL" || line.sqlstate != "57P01") continue;
    const auto* session = backends.session_of(line);
    const auto* connection = session == nullptr ? backends.connection_of(line) : nullptr;
    for (auto& victim : victims)
      if ((session != nullptr && victim.session == session) ||
          (connection != nullptr && victim.connection == connection))
        note_logged_death(victim, line);
  }
  return victims;
}

sql::Session activity(const Victim& victim, const Stmt& stmt) {
  sql::Session row;
  row.pid = victim.pid;
  row.columns["backend_type"] = "client backend";
  row.columns["leader_pid"] = std::nullopt;
  if (victim.session != nullptr) {
    const auto& session = *victim.session;
    row.columns["application_name"] = session.application.value_or("");
    row.columns["usename"] = session.user;
    row.columns["datname"] = session.database;
    std::string state;
    for (const auto& change : session.states)
      if (change.seq < stmt.request()) state = change.state;
    if (state == "idle_in_transaction") row.columns["state"] = "idle in transaction";
    if (state == "waiting") {
      row.columns["state"] = "active";
      row.columns["wait_event_type"] = "Lock";
    }
  } else {
    const auto& connection = *victim.connection;
    row.columns["application_name"] = connection.application_at(stmt.request()).value_or("");
    row.columns["usename"] = connection.user;
    row.columns["datname"] = connection.database;
    if (victim.connection == stmt.connection) row.columns["state"] = "active";
  }
  return row;
}

sql::Truth was_there(const Victim& victim, const Stmt& stmt) {
  if (victim.server() != stmt.connection->server) return sql::Truth::no;
  if (victim.gone != 0 && victim.gone < stmt.request()) return sql::Truth::no;
  if (victim.began < stmt.request()) return sql::Truth::yes;
  const bool before_end = stmt.ended_seq == 0 || victim.began < stmt.ended_seq;
  const bool started_before =
      victim.session != nullptr && victim.session->started_us < stmt.row.ended.value_or(INT64_MAX);
  return before_end || started_before ? sql::Truth::cannot_tell : sql::Truth::no;
}

bool worked_after(const Victim& victim, const Stmt& stmt) {
  if (victim.session == nullptr || stmt.ended_seq == 0) return false;
  // The first report may be of work from before; the second is of a command sent since.
  const auto reports = std::count_if(
      victim.session->states.begin(), victim.session->states.end(), [&](const ActorState& state) {
        return state.state == "running" && state.seq > stmt.ended_seq;
      });
  return reports >= 2;
}

}  // namespace ride::journal::facts
