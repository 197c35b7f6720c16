// Where a scenario gives its answer away. Three kinds: the brief, a hint or a seed has a statement
// of a solution, or the function that a solution calls to end a session; the brief or a hint names
// a session that a solution ends and that stays ended; a name says who is to blame. Pure.
#pragma once

#include <string>
#include <vector>

#include "sandbox/scenario.hpp"
#include "sandbox/yaml_node.hpp"

namespace ride::sandbox {

// `solutions`: path and text of each.
std::vector<std::string> find_leaks(const Scenario& scenario, const YamlNode& root,
                                    const std::vector<SeedFile>& solutions);

}  // namespace ride::sandbox
