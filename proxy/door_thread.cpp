#include "proxy/door_thread.hpp"

#include <utility>

namespace ride::proxy {

std::size_t least_loaded(const std::vector<std::size_t>& loads, std::size_t turn) {
  std::size_t best = turn % loads.size();
  for (std::size_t step = 1; step < loads.size(); ++step) {
    const auto at = (turn + step) % loads.size();
    if (loads[at] < loads[best]) best = at;
  }
  return best;
}

void DoorThread::hand_over(Established session) {
  std::vector<std::size_t> loads;
  for (const auto& relay : relays) loads.push_back(relay->load());
  relays[least_loaded(loads, turn_++)]->take(std::move(session));
}

}  // namespace ride::proxy
