// Random transactions of several sessions at once: strings and pipelines, savepoints, errors,
// commits that fail, portals read in pieces, two-phase commits across sessions, clients that vanish
// and sessions that are terminated at any moment. What they do comes from the seed alone; what the
// server makes of it depends on when it comes too.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "tests/truth/trial.hpp"

namespace ride::test {

struct RoundOptions {
  std::uint64_t seed = 1;
  int sessions = 4;
  int steps = 25;      // of each session
  bool crash = false;  // of the whole server, in the middle
};

struct Round {
  std::map<std::string, int> outcomes;  // of marked statements
  std::string untruth;                  // "" where the record and the table agree
  std::string account;                  // else all statements and what is said of them
};

Round run_round(const Postgres& server, const RoundOptions& options);

}  // namespace ride::test
