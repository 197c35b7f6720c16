#include "sandbox/own_sessions.hpp"

#include "sandbox/recorder.hpp"

namespace ride::sandbox {

std::uint64_t OwnSessions::opening(std::string_view server, std::string_view role,
                                   std::string_view database, std::string_view application) {
  const std::uint64_t number = [this] {
    const std::lock_guard lock(mutex_);
    return ++last_;
  }();
  recorder_.own_session_opening(number, server, role, database, application);
  return number;
}

void OwnSessions::open(std::uint64_t number, int pid) {
  {
    const std::lock_guard lock(mutex_);
    pids_.insert(pid);
  }
  recorder_.own_session_open(number, pid);
}

void OwnSessions::failed(std::uint64_t number) { recorder_.own_session_failed(number); }

bool OwnSessions::is_own(int pid) const {
  const std::lock_guard lock(mutex_);
  return pids_.contains(pid);
}

void OwnSessions::gone(int pid) {
  const std::lock_guard lock(mutex_);
  pids_.erase(pid);
}

}  // namespace ride::sandbox
