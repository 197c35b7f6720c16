#include "sandbox/scenario_lint.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>

#include "sandbox/files.hpp"
#include "sandbox/scenario_leaks.hpp"
#include "sandbox/yaml_node.hpp"

namespace ride::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t script_bytes_max = 1U << 20U;
constexpr std::size_t hints_wanted = 3;
constexpr std::size_t drawings_max = 64;

// "-- @springs ID" gives ID; "" where there is no such line.
std::string directive(const std::string& text, const std::string& word) {
  const std::string marker = "-- @" + word + " ";
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(marker)) return line.substr(marker.size());
  return "";
}

class Lint {
 public:
  Lint(const fs::path& folder, std::uint32_t seed)
      : folder_(folder),
        scenario_(load_scenario(folder, {.seed = seed})),
        root_(read_yaml(folder).with(scenario_.values)) {}

  std::vector<std::string> run() {
    check_identity();
    check_parameters();
    check_solutions();
    check_partial();
    check_traps();
    auto leaks = find_leaks(scenario_, root_, solutions_);
    found_.insert(found_.end(), leaks.begin(), leaks.end());
    return std::move(found_);
  }

  static YamlNode read_yaml(const fs::path& folder) {
    const auto file = folder / "scenario.yaml";
    return YamlNode::parse(file.string(), read_file(file, ScenarioLimits().yaml_bytes_max));
  }

 private:
  void say(const YamlNode& node, const std::string& what) { found_.push_back(node.place() + what); }
  void say(const std::string& script, const std::string& what) {
    found_.push_back((folder_ / script).string() + ":1: " + what);
  }

  void check_identity() {
    const auto id = "/" + scenario_.rules.id;
    if (!("/" + fs::weakly_canonical(folder_).string()).ends_with(id))
      say(root_.at("id"), "the folder's path does not end in \"" + scenario_.rules.id + "\"");
    if (scenario_.probes.empty())
      say(root_.at("confirm"), "there is no \"probes\": name a symptom that status can show");
    if (scenario_.rules.hints.size() != hints_wanted)
      say(root_.find("hints").value_or(root_),
          "give three hints: where to look, what to look for, "
          "the mechanism");
  }

  // Each is used, and each that is used is there; load_scenario() has seen to the file and its
  // seeds.
  void check_parameters() {
    std::set<std::string> used;
    const auto use = [&](const std::string& text) {
      for (auto& name : scorer::parameters_in(text)) used.insert(std::move(name));
    };
    root_.as_written().each_text([&](const YamlNode& node) { use(node.text()); });
    for (const auto& database : root_.at("environment").at("databases").items())
      for (const auto& seed : database.texts("seed"))
        use(read_file(folder_ / seed, ScenarioLimits().seed_bytes_max));
    for (const char* kind : {"solutions", "partial", "traps"})
      for (const auto& script : scripts_in(folder_, kind)) {
        const auto text = read_file(folder_ / script.path, script_bytes_max);
        drawn_text((folder_ / script.path).string(), text, scenario_.values);
        use(text);
      }
    const auto declared = root_.find("parameters");
    if (!declared) return;
    for (const auto& item : declared->items()) {
      const auto names =
          item.has("name") ? std::vector{item.at("name").text()} : item.texts("names");
      for (const auto& name : names)
        if (!used.contains(name)) say(item, "nothing has {{" + name + "}}, which is drawn here");
    }
  }

  void check_solutions() {
    for (const auto& script : scripts_in(folder_, "solutions"))
      solutions_.push_back(
          {script.path,
           drawn_text((folder_ / script.path).string(),
                      read_file(folder_ / script.path, script_bytes_max), scenario_.values)});
    if (solutions_.empty()) say(root_, "solutions/ has no script; one must earn full marks");
  }

  void check_partial() {
    const auto& weights = scenario_.rules.weights;
    const int full = weights.detect + weights.fix + weights.trap;
    for (const auto& script : scripts_in(folder_, "partial"))
      if (script.expect >= full)
        say(script.path, "`-- @expect` must be below " + std::to_string(full));
  }

  void check_traps() {
    std::vector<std::string> ids;
    std::vector<std::string> sprung;
    for (const auto& trap : scenario_.rules.traps) ids.push_back(trap.id);
    for (const auto& script : scripts_in(folder_, "traps")) {
      sprung.push_back(script.springs);
      if (script.springs.empty())
        say(script.path, "has no line `-- @springs ID` that names its trap");
      else if (std::find(ids.begin(), ids.end(), script.springs) == ids.end())
        say(script.path, "there is no trap \"" + script.springs + "\"" +
                             suggestion(nearest_word(script.springs, ids)));
    }
    for (const auto& item : root_.at("traps").items()) {
      const auto id = item.at("id").filled_text();
      if (std::find(sprung.begin(), sprung.end(), id) == sprung.end())
        say(item, "no script in traps/ has the line `-- @springs " + id + "`");
    }
  }

  static std::string suggestion(const std::string& near) {
    return near.empty() ? "" : "; did you mean \"" + near + "\"?";
  }

  const fs::path& folder_;
  Scenario scenario_;
  YamlNode root_;
  std::vector<SeedFile> solutions_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<ScenarioScript> scripts_in(const fs::path& folder, const std::string& kind) {
  std::vector<ScenarioScript> out;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder / kind, none)) {
    if (entry.path().extension() != ".sql") continue;
    const auto text = read_file(entry.path(), script_bytes_max);
    ScenarioScript script{kind + "/" + entry.path().filename().string(),
                          directive(text, "springs")};
    const auto expect = directive(text, "expect");
    if (!expect.empty())
      std::from_chars(expect.data(), expect.data() + expect.size(), script.expect);
    out.push_back(std::move(script));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return out;
}

std::vector<std::string> lint_scenario(const fs::path& folder) {
  try {
    if (fs::is_regular_file(folder / "scenario.yaml")) {
      auto strange = Lint::read_yaml(folder).strange_keys(scenario_keys());
      if (!strange.empty()) return strange;
    }
    // Every value is looked at, in as many drawings as that takes.
    std::vector<std::string> found;
    for (const auto seed : covering_seeds(load_scenario(folder).parameters, drawings_max))
      for (auto& line : Lint(folder, seed).run())
        if (std::find(found.begin(), found.end(), line) == found.end())
          found.push_back(std::move(line));
    return found;
  } catch (const ScenarioError& error) {
    return {error.what()};
  }
}

}  // namespace ride::sandbox
