#include "sandbox/dashboard.hpp"

namespace ride::sandbox {

Dashboard make_dashboard(const std::vector<ServiceReading>& actors,
                         const std::vector<LockWait>& waits, const Slots& slots) {
  const auto seconds = static_cast<double>(ServiceMeter::window.count());
  Dashboard out;
  out.slots = slots;
  std::vector<std::int64_t> statements_us;
  for (const auto& actor : actors) {
    out.sessions += static_cast<int>(actor.pids.size());
    out.sessions_wanted += actor.sessions_wanted;
    out.operations_per_second += static_cast<double>(actor.operations_lately) / seconds;
    out.errors_per_second += static_cast<double>(actor.errors_lately) / seconds;
    for (const auto& [sqlstate, count] : actor.errors) out.errors[sqlstate] += count;
    statements_us.insert(statements_us.end(), actor.statements_us_lately.begin(),
                         actor.statements_us_lately.end());
    for (const auto& wait : waits) out.blocked += actor.pids.contains(wait.pid) ? 1 : 0;
  }
  out.p95_us = p95(std::move(statements_us));
  return out;
}

}  // namespace ride::sandbox
