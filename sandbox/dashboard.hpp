// What a dashboard of the incident's application would show at one moment: how its sessions are
// served, and how full the server is. Symptoms, for people; never recorded, never graded.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/lock_wait.hpp"
#include "sandbox/service_meter.hpp"

namespace ride::sandbox {

// Connections that roles without privileges can have, all together.
struct Slots {
  int used = 0;
  int max = 0;
};

struct Dashboard {
  int sessions = 0;         // of the application, open now
  int sessions_wanted = 0;  // as many as it tries to have
  int blocked = 0;          // of them, those that wait for a lock
  double operations_per_second = 0;
  double errors_per_second = 0;
  std::map<std::string, std::uint64_t> errors;  // since the start, by SQLSTATE
  std::optional<std::int64_t> p95_us;           // of its statements; nothing where it sent none
  Slots slots;
};

// Pure: of all actors that were started, and who waits for a lock.
Dashboard make_dashboard(const std::vector<ServiceReading>& actors,
                         const std::vector<LockWait>& waits, const Slots& slots);

}  // namespace ride::sandbox
