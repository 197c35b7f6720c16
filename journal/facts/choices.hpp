// Which of several candidates caused which of several deaths: the combinatorial part of
// attribution.hpp. Pure functions of small numbers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace ride::journal::facts {

struct Death {
  std::size_t victim = 0;
  std::vector<std::size_t> candidates;  // ascending, not empty
};

struct Link {
  std::size_t victim = 0;
  std::size_t candidate = 0;
  bool operator==(const Link&) const = default;
};

// Takes out of `deaths` those with one candidate only, and those that become so because a
// candidate's capacity is used up by them. `capacity` by candidate: how many deaths it can have
// caused, nullopt for any number; what is settled is taken off it.
using Capacity = std::vector<std::optional<std::int64_t>>;
std::vector<Link> settle_certain(std::vector<Death>& deaths, Capacity& capacity);

// For each group of deaths that share candidates: all ways to distribute them that keep within the
// capacities, in lexicographic order, at most `alternatives_max`. Where the capacities do not
// suffice for a group, they are not kept within: the record contradicts itself, and every way stays
// open.
using Alternative = std::vector<Link>;
std::vector<std::vector<Alternative>> make_choices(const std::vector<Death>& deaths,
                                                   const Capacity& capacity,
                                                   std::size_t alternatives_max);

}  // namespace ride::journal::facts
