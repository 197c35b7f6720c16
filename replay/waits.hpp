// Who waited for whose lock in an attempt, from the facts stored at submit, or derived in memory.
#pragma once

#include <cstdint>
#include <vector>

#include "journal/facts/facts.hpp"

namespace ride::journal {
class Reader;
}

namespace ride::replay {

// In the order in which they were seen. Throws std::runtime_error, one line.
std::vector<journal::facts::WaitRow> read_waits(journal::Reader& reader, std::uint32_t attempt);

}  // namespace ride::replay
