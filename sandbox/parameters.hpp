// How the parameters of a scenario are drawn from a seed. The algorithm is part of the format: the
// same scenario and seed give the same values on every machine, and with every later ride.
//
//   The k-th name (from 0) of a parameter takes the first eight bytes, as a big-endian number, of
//   the SHA-256 of "ride draw 1\nSEED\nNAME,NAME…\nK\n", modulo the number of values that no name
//   of the same parameter has yet; it is the place, from 0, of its value among those.
//
// Each parameter has a stream of its own, so that another one added later changes no drawing of it.
// Pure but for read_drawn(); any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "scorer/parameters.hpp"

namespace ride::sandbox {

struct Parameter {
  std::vector<std::string> names;   // drawn together, no value twice
  std::vector<std::string> one_of;  // or, where it is empty, the whole numbers:
  std::uint64_t from = 0;
  std::uint64_t to = 0;

  std::uint64_t count() const { return one_of.empty() ? to - from + 1 : one_of.size(); }
};

// Where a scenario's values come from: recorded ones where there are any, else the seed.
struct Drawing {
  std::uint32_t seed = 0;
  std::optional<scorer::Values> recorded = std::nullopt;
};

scorer::Values draw(const std::vector<Parameter>& parameters, std::uint32_t seed);

// A seed of the kernel's randomness whose values differ from `unlike`, where there are others.
std::uint32_t draw_seed(const std::vector<Parameter>& parameters, const scorer::Values& unlike);

// At most `max` seeds, the first of them 0, among whose drawings each value of each list occurs,
// and the lower and the upper half of each range, as far as so few can have them all; two different
// drawings where there are two. Only seed 0 for a scenario without parameters.
std::vector<std::uint32_t> covering_seeds(const std::vector<Parameter>& parameters,
                                          std::size_t max);

// "; did you mean \"order\"?", or "" where no name is near.
std::string suggestion(const std::string& name, const scorer::Values& values);

// `text` with its values. Throws ScenarioError "FILE:LINE: there is no parameter …", with the
// nearest one that there is.
std::string drawn_text(const std::string& file, const std::string& text,
                       const scorer::Values& values);

}  // namespace ride::sandbox
