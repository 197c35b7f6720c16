// What a driver's program printed, and whether the record agrees with it.
//
// A program prints one fact a line. Where it has run a statement it says so:
//
//   ran pid=4711 OUTCOME TEXT
//
// with the backend's pid, "ok", "skipped" or an SQLSTATE, and the text as it went to the server,
// with \n for a line's end, up to "…" where it is long. A call of a function by the fast path has
// the text "function call". Everything else it prints is what came back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "journal/facts/facts.hpp"

namespace ride::test {

struct Claim {
  std::int64_t pid = 0;
  std::string outcome;
  std::string text;
};

std::vector<Claim> claims(std::string_view output);

// Where the two outputs part, both lines; "" if nowhere. They are compared with pid=NNN replaced by
// pid=1, pid=2 … in the order in which they appear.
std::string first_difference(std::string_view output, std::string_view expected);

// The claims that the record does not bear out, one a line with what stands there instead. For each
// backend the claims must stand in the record in their order; what the driver sent of its own
// accord may stand between them.
std::string contradictions(const std::vector<Claim>& claims, const journal::facts::Facts& facts);

}  // namespace ride::test
