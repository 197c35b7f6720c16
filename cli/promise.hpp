// What a script of a scenario promises about its card, and whether a verdict keeps it. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "scorer/grade.hpp"

namespace ride::cli {

enum class Task {
  seed,      // nothing is broken yet: probes are healthy, two starts are the same
  noop,      // the incident shows, and doing nothing earns the traps' points alone
  solution,  // full marks, and the probes are healthy
  reading,   // the same with much reading around it
  trap,      // springs that one and no other
  partial,   // the total that it says, or less than full marks
};

struct Trying {
  Task task = Task::noop;
  std::string script;  // below the scenario's folder; "" for seed and noop
  std::string springs;
  int expect = -1;
  std::uint32_t seed = 0;  // of what is drawn
};

// What the verdict lacks of what was promised, one line; "" where it keeps it.
std::string broken_promise(const Trying& trying, const scorer::Verdict& verdict);

}  // namespace ride::cli
