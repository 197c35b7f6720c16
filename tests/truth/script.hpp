// What one client of a random round sends, step by step, from a seed.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace ride::test {

using Random = std::mt19937_64;

struct Step {
  std::string bytes;         // messages; nothing waits for a Sync behind them
  bool then_vanish = false;  // without waiting for the answers
};

class Script {
 public:
  // Its marks count from `first_mark`.
  Script(std::uint64_t seed, int first_mark) : random_(seed), mark_(first_mark) {}

  Step next();
  bool one_in(unsigned n) { return random_() % n == 0; }

 private:
  std::string statement();  // one that may stand anywhere
  std::string work();       // that leaves its mark, or fails
  std::string control();    // of transactions
  std::string name();       // of a prepared transaction
  void string(Step& step);
  void pipeline(Step& step);
  void portal(Step& step);
  void copy(Step& step);

  Random random_;
  int mark_;
};

// The name of the prepared transaction in a statement, or "".
std::string name_in(std::string_view text);

}  // namespace ride::test
