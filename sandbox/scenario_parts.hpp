// The parts that load_scenario() is made of; one source file each.
#pragma once

#include "sandbox/scenario.hpp"
#include "sandbox/yaml_node.hpp"

namespace ride::sandbox {

// What is drawn: the declarations, from the file as it is written. Also sees to it that what names
// a scenario or a rule holds none of them.
void read_parameters(const YamlNode& written, const ScenarioLimits& limits, Scenario& scenario);
// What is booted: environment and learner, with the seed files' text.
void read_environment(const YamlNode& root, const ScenarioLimits& limits, Scenario& scenario);
// What happens in it: actors, fault, confirm, probes. Needs the environment.
void read_incident(const YamlNode& root, const ScenarioLimits& limits, Scenario& scenario);
// How it is graded. Needs the rest.
void read_rules(const YamlNode& root, Scenario& scenario);

// Fails at `node` where the scenario has no such database, actor or server, with the nearest name.
const DatabaseSpec& known_database(const YamlNode& node, const Scenario& scenario);
const ActorSpec& known_actor(const YamlNode& node, const Scenario& scenario);
// The value of "server" in that map: "", the main one, where it has none.
std::string server_of(const YamlNode& node, const Scenario& scenario);

}  // namespace ride::sandbox
