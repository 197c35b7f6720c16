#include "sandbox/scenario.hpp"

#include <algorithm>
#include <cassert>

#include "sandbox/files.hpp"
#include "sandbox/scenario_parts.hpp"

namespace ride::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr int format_version = 1;
constexpr int depth_max = 4;  // of a scenario below the root

void find_below(const fs::path& folder, const std::string& id, int depth,
                std::vector<std::string>& out) {
  std::error_code ignored;
  if (!id.empty() && fs::is_regular_file(folder / "scenario.yaml", ignored)) {
    out.push_back(id);
    return;
  }
  if (depth == depth_max) return;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const auto name = entry.path().filename().string();
    if (entry.is_directory(ignored) && !name.starts_with("."))
      find_below(entry.path(), id.empty() ? name : id + "/" + name, depth + 1, out);
  }
}

scorer::Values values_of(const Drawing& drawing, const Scenario& scenario, const fs::path& file) {
  if (!drawing.recorded) return draw(scenario.parameters, drawing.seed);
  for (const auto& parameter : scenario.parameters)
    for (const auto& name : parameter.names)
      if (!drawing.recorded->contains(name))
        throw ScenarioError(file.string() + ": the attempt was recorded without its parameter \"" +
                            name + "\": it was another version of the scenario");
  return *drawing.recorded;
}

}  // namespace

const ActorSpec& Scenario::actor(const std::string& name) const {
  const auto found = std::find_if(actors.begin(), actors.end(),
                                  [&](const ActorSpec& one) { return one.name == name; });
  assert(found != actors.end());
  return *found;
}

Scenario load_scenario(const fs::path& directory, const Drawing& drawing,
                       const ScenarioLimits& limits) {
  const auto file = directory / "scenario.yaml";
  std::error_code error;
  if (!fs::is_regular_file(file, error))
    throw ScenarioError("there is no " + file.string() + ": `ride postgres list` names scenarios");
  std::string text;
  try {
    text = read_file(file, limits.yaml_bytes_max);
  } catch (const std::runtime_error& trouble) {
    throw ScenarioError(trouble.what());
  }
  const auto written = YamlNode::parse(file.string(), text);
  const auto strange = written.strange_keys(scenario_keys());
  if (!strange.empty()) throw ScenarioError(strange.front());
  written.at("format").number(format_version, format_version);
  Scenario scenario;
  scenario.directory = directory;
  read_parameters(written, limits, scenario);
  scenario.values = values_of(drawing, scenario, file);
  const auto root = written.with(scenario.values);
  scenario.paths = root.texts("paths");
  read_environment(root, limits, scenario);
  read_incident(root, limits, scenario);
  read_rules(root, scenario);
  return scenario;
}

std::vector<std::string> find_scenarios(const fs::path& root) {
  std::vector<std::string> out;
  find_below(root, "", 0, out);
  std::sort(out.begin(), out.end());
  return out;
}

// Also by the last part alone: "release-fallout" for "stage-12/02-release-fallout".
std::string nearest_id(const std::string& id, const std::vector<std::string>& known) {
  for (const auto& candidate : known) {
    if (!id.empty() && candidate.find(id) != std::string::npos) return candidate;
  }
  return nearest_word(id, known);
}

}  // namespace ride::sandbox
