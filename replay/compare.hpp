// Two attempts side by side, by what they reached (scorer/milestones.hpp): what both did in the
// same order stands in one line, the rest where it belongs; and where they part. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "replay/comments.hpp"
#include "scorer/card.hpp"
#include "scorer/score.hpp"

namespace ride::replay {

struct Compared {
  std::string name;  // of the file
  scorer::Score score;
  std::vector<Comment> comments;  // of any attempt in it
};

// A line of the comparison: indexes into the milestones of the first and the second.
struct Pairing {
  std::optional<std::size_t> first, second;

  bool operator==(const Pairing&) const = default;
};

// The longest sequence that both have is paired. Equal input gives equal output.
std::vector<Pairing> align(const std::vector<scorer::Milestone>& first,
                           const std::vector<scorer::Milestone>& second);

// For people; fits 40 columns and more. Everything recorded is made harmless.
std::string comparison_text(const Compared& first, const Compared& second, scorer::CardStyle style);
// One line without line feed.
std::string comparison_json(const Compared& first, const Compared& second);

}  // namespace ride::replay
