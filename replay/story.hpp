// Tells an attempt: its events in their order, as moments. Statements carry their numbers from the
// facts stored at submit, or, for an attempt never submitted, from facts derived in memory. One
// moment is in memory at a time. Reads only; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "replay/moment.hpp"
#include "replay/numbering.hpp"

namespace ride::journal {
class Reader;
}

namespace ride::replay {

// `wanted`, if the file has it; else the last submitted attempt, the last, or 0 for a file without
// attempts (a recording of the bare proxy). Throws std::runtime_error, one line, for an unknown
// one.
std::uint32_t choose_attempt(journal::Reader& reader, std::optional<std::uint32_t> wanted);

// Calls `sink` for each moment. Throws std::runtime_error, one line, when the file is damaged;
// moments before the damage were told.
void tell(journal::Reader& reader, std::uint32_t attempt,
          const std::function<void(const Moment&)>& sink);

// The same with numbers, or also with events of that attempt, that were read before.
void tell(journal::Reader& reader, std::uint32_t attempt, Numbering numbering,
          const std::function<void(const Moment&)>& sink);
void tell(const std::vector<journal::Event>& events, Numbering numbering,
          const std::function<void(const Moment&)>& sink);

}  // namespace ride::replay
