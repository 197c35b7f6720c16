// ride's own superuser session in database `postgres` of one server, kept for the length of an
// attempt: fences and the start times of backends. Any thread; one statement at a time. Opened
// again where it was lost.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sandbox/cluster.hpp"
#include "sandbox/dashboard.hpp"
#include "sandbox/lock_wait.hpp"
#include "sandbox/session.hpp"

namespace ride::sandbox {

class Control {
 public:
  explicit Control(const Cluster& cluster, std::string server = "")
      : cluster_(cluster), server_(std::move(server)) {}

  // RAISE LOG of `ride: fence NONCE`. Throws SessionError.
  void write_fence(const std::string& nonce);
  // backend_start in microseconds since the epoch, 0 where there is no such session. Never throws.
  std::int64_t backend_start_us(int pid) noexcept;
  // Throws SessionError.
  std::vector<LockWait> lock_waits();
  // Connections of clients but this one, and how many there can be without privileges. Throws
  // SessionError.
  Slots slots();
  // Every database but template0. Throws SessionError.
  std::vector<std::string> databases();

 private:
  Answer ask(const std::string& sql);

  const Cluster& cluster_;
  const std::string server_;
  std::mutex mutex_;
  std::optional<Session> session_;
};

}  // namespace ride::sandbox
