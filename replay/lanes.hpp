// Gives each connection a lane while it is open. Pure.
#pragma once

#include <vector>

#include "replay/timeline.hpp"

namespace ride::replay {

// One for each moment; `count` becomes how many lanes are used.
std::vector<Lanes> lanes_of(const std::vector<Moment>& moments, std::size_t& count);

}  // namespace ride::replay
