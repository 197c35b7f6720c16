#include "sandbox/control.hpp"

#include <cstdlib>
#include <sstream>

namespace ride::sandbox {
namespace {

constexpr std::chrono::milliseconds limit{10'000};

}  // namespace

Answer Control::ask(const std::string& sql) {
  const std::lock_guard lock(mutex_);
  if (!session_ || session_->broken()) session_ = cluster_.superuser_session("postgres", server_);
  return session_->demand(sql, "ride's own session", limit);
}

void Control::write_fence(const std::string& nonce) {
  ask("DO $ride$ BEGIN RAISE LOG 'ride: fence " + nonce + "'; END $ride$");
}

std::int64_t Control::backend_start_us(int pid) noexcept {
  try {
    const auto answer =
        ask("SELECT (extract(epoch FROM backend_start) * 1000000)::bigint "
            "FROM pg_catalog.pg_stat_get_activity(" +
            std::to_string(pid) + ")");
    return std::atoll(answer.value().c_str());
  } catch (const std::exception&) {
    return 0;  // the session ended before we asked, or the server did: the record says so elsewhere
  }
}

std::vector<LockWait> Control::lock_waits() {
  std::vector<LockWait> out;
  const auto answer =
      ask("SELECT pid, pg_catalog.array_to_string(pg_catalog.pg_blocking_pids(pid), ' ') "
          "FROM pg_catalog.pg_stat_get_activity(NULL) WHERE wait_event_type = 'Lock'");
  for (const auto& row : answer.rows) {
    LockWait wait{std::atoi(row[0].value_or("").c_str()), {}};
    std::istringstream blockers(row[1].value_or(""));
    for (int pid = 0; blockers >> pid;) wait.blockers.push_back(pid);
    out.push_back(std::move(wait));
  }
  return out;
}

// reserved_connections is there from 16 on.
Slots Control::slots() {
  const auto answer =
      ask("SELECT (SELECT count(*) FROM pg_catalog.pg_stat_get_activity(NULL) "
          "WHERE backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid()), "
          "pg_catalog.current_setting('max_connections')::int "
          "- pg_catalog.current_setting('superuser_reserved_connections')::int "
          "- coalesce(pg_catalog.current_setting('reserved_connections', true)::int, 0)");
  const auto& row = answer.rows.at(0);
  return {std::atoi(row[0].value_or("").c_str()), std::atoi(row[1].value_or("").c_str())};
}

std::vector<std::string> Control::databases() {
  std::vector<std::string> out;
  const auto answer = ask(
      "SELECT datname FROM pg_catalog.pg_database WHERE datname <> 'template0' ORDER BY datname");
  for (const auto& row : answer.rows) out.push_back(row[0].value_or(""));
  return out;
}

}  // namespace ride::sandbox
