// A class's attempts: a row for each, a column for each rule. Pure; whoever calls reads the files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scorer/card.hpp"
#include "scorer/score.hpp"

namespace ride::replay {

struct Reviewed {
  std::string file;
  scorer::Score score;
};

// Empty: any.
struct ReviewFilter {
  std::string learner;
  std::string scenario;  // its id, or the end of it behind a "/": 02-release-fallout
  std::string rule;
  std::string outcome;  // pass | fail | unknown (of a rule shown) | submitted | unsubmitted
  std::optional<std::int64_t> since_us, until_us;  // when the attempt began

  bool wants(const Reviewed& attempt) const;
};

// A table for each scenario, its rows by learner, then by when the attempt began, and below each
// what the columns are. At most as wide as the style says (40 at least): columns that do not fit
// stand in further tables below.
std::string review_text(std::vector<Reviewed> attempts, const ReviewFilter& filter,
                        scorer::CardStyle style);
// One line without line feed.
std::string review_json(const Reviewed& attempt, const ReviewFilter& filter);

}  // namespace ride::replay
