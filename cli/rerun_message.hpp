// The bytes of a recorded request, to be sent once more: as it was, but for pids, which are those
// of the sessions that stand for the recorded ones. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "replay/rerun_plan.hpp"

namespace ride::cli {

// `pids`: the new one for each of request.pids, in that order.
std::string message_of(const replay::Request& request, const std::vector<std::int64_t>& pids);

// CopyData in pieces, and CopyDone or CopyFail.
std::string message_of(const replay::CopyIn& copy);

}  // namespace ride::cli
