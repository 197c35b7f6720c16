// Folds what clients ask by themselves: a run of their catalog queries (psql's \d sends a handful,
// a GUI dozens) becomes one line. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "replay/moment.hpp"

namespace ride::replay {

struct Fold {
  std::int64_t first_n = 0;
  std::int64_t last_n = 0;
  std::int64_t since_us = 0;  // of its first moment
  std::int64_t queries = 0;   // answers, in fact: a query whose answer comes later counts there
  std::int64_t rows = 0;
  std::int64_t failed = 0;
};

// Part of such a run: a client's own query, or its answer.
bool is_tool_noise(const Moment& moment);

// One more moment of the run, which is_tool_noise().
void add_to(Fold& fold, const Moment& moment);

// What is shown as one: a moment, or a run of them that is folded.
struct Item {
  std::size_t first = 0;  // index of a moment
  std::size_t count = 1;
  bool folded = false;
  bool below = false;  // an answer right below its own statement
  Fold fold = {};
};

// Every moment is in exactly one item, in order.
std::vector<Item> items_of(const std::vector<Moment>& moments, bool folded);

}  // namespace ride::replay
