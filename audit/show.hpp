// Statements of an attempt with everything that was recorded of them, in the order of their
// numbers, for people (as psql shows results) and for programs (one JSON object a line). Nothing
// recorded can inject terminal escapes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "audit/walk.hpp"
#include "replay/print.hpp"

namespace ride::audit {

struct ShowOptions {
  std::optional<std::uint32_t> attempt = {};             // else as ride replay chooses
  std::int64_t first = 1, last = INT64_MAX;              // statement numbers
  std::optional<journal::ConnectionId> connection = {};  // only of this session
  bool json = false;
  std::size_t width = 80;
  bool color = false;
  std::size_t rows_max = 40;  // of one result, text alone
};

// Whole lines to `out`, statement by statement; the number of statements shown. Statements behind
// an open transaction wait in memory for it.
std::size_t show(journal::Reader& reader, const ShowOptions& options,
                 const std::function<void(const std::string&)>& out);

}  // namespace ride::audit
