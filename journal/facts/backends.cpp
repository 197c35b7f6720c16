#include "journal/facts/backends.hpp"

#include <cstdlib>

namespace ride::journal::facts {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto end = text.find_last_not_of(" \t\r\n");
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end + 1);
}

}  // namespace

bool same_text(std::string_view sent, std::string_view logged) {
  return trimmed(sent) == trimmed(logged);
}

Backends::Backends(const Timeline& timeline, const std::vector<Stmt*>& statements)
    : timeline_(timeline) {
  for (const auto* stmt : statements) by_connection_[stmt->row.connection].push_back(stmt);
}

const Connection* Backends::connection_of(const LogLine& line) const {
  const Connection* best = nullptr;
  std::int64_t best_distance = 0;
  for (const auto& [id, connection] : timeline_.connections) {
    if (connection.server != line.server) continue;
    if (connection.pid != line.pid || connection.ready_seq > line.seq) continue;
    // Only to tell two backends of one pid apart, which are far from each other in time.
    const auto opened_s = connection.opened_us.value_or(0) / 1'000'000;
    const auto distance =
        line.backend_started_s == 0 ? 0 : std::llabs(opened_s - line.backend_started_s);
    if (best == nullptr || distance <= best_distance) {
      best = &connection;
      best_distance = distance;
    }
  }
  return best;
}

const ActorSession* Backends::session_of(const LogLine& line) const {
  const ActorSession* best = nullptr;
  for (const auto& session : timeline_.sessions) {
    if (session.pid != line.pid || session.server != line.server) continue;
    if (line.backend_started_s != 0 && session.started_us != 0 &&
        session.started_us / 1'000'000 != line.backend_started_s)
      continue;
    if (best == nullptr || session.connected_seq < line.seq) best = &session;
  }
  return best;
}

const ActorSession* Backends::session_at(std::int64_t pid, const Stmt& stmt) const {
  const ActorSession* best = nullptr;
  for (const auto& session : timeline_.sessions) {
    if (session.pid != pid || session.server != stmt.connection->server) continue;
    // `connected` may be recorded a little after the server shows the session.
    const bool began = stmt.ended_seq == 0 || session.connected_seq < stmt.ended_seq ||
                       session.started_us < stmt.row.ended.value_or(0);
    const bool gone = session.ended_seq != 0 && session.ended_seq < stmt.request();
    if (began && !gone) best = &session;
  }
  return best;
}

const Connection* Backends::connection_at(std::int64_t pid, const Stmt& stmt) const {
  const Connection* best = nullptr;
  for (const auto& [id, connection] : timeline_.connections) {
    if (connection.pid != pid || connection.server != stmt.connection->server) continue;
    const bool began = stmt.ended_seq == 0 || connection.ready_seq < stmt.ended_seq;
    const bool gone = connection.closed_seq != 0 && connection.closed_seq < stmt.request();
    if (began && !gone) best = &connection;
  }
  return best;
}

const Stmt* Backends::statement_of(const LogLine& line) const {
  const auto* connection = connection_of(line);
  if (connection == nullptr) return nullptr;
  const Stmt* found = nullptr;
  for (const auto* stmt : statements_of(connection->id)) {
    if (stmt->request() > line.seq || !stmt->ran()) continue;
    if (!same_text(stmt->source, line.statement)) continue;
    // Of a query string with several statements, the one under way: the first not yet over.
    if (found != nullptr && found->request() == stmt->request() &&
        (found->ended_seq == 0 || found->ended_seq > line.seq))
      continue;
    found = stmt;
  }
  return found;
}

const std::vector<const Stmt*>& Backends::statements_of(std::int64_t connection) const {
  const auto found = by_connection_.find(connection);
  return found == by_connection_.end() ? none_ : found->second;
}

}  // namespace ride::journal::facts
