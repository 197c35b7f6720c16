// What can be said of a scenario's folder without a server: everything that load_scenario()
// refuses, all unknown keys at once, scripts that do not fit the rules, and leaks: the brief, a
// hint or a seed that gives the answer away, and names that say who is to blame.
//
// Reads the folder. Throws std::runtime_error only where a file cannot be read.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sandbox/scenario.hpp"

namespace ride::sandbox {

// A script of the folder and what its author expects of it.
struct ScenarioScript {
  std::string path;     // below the folder: "traps/dropped.sql"
  std::string springs;  // of a trap script: the trap's id
  int expect = -1;      // of a partial one: the total, or -1: less than full marks
};

// solutions/, partial/ or traps/, sorted by name.
std::vector<ScenarioScript> scripts_in(const std::filesystem::path& folder,
                                       const std::string& kind);

// One line each, "FILE:LINE: what; what to do". Empty: nothing to say.
std::vector<std::string> lint_scenario(const std::filesystem::path& folder);

}  // namespace ride::sandbox
