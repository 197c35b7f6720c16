#include "sandbox/scenario_keys.hpp"

#include <yaml-cpp/yaml.h>

#include <fstream>
#include <iterator>
#include <regex>

#include "base/json.hpp"
#include "sandbox/scenario.hpp"
#include "tests/catch.hpp"
#include "tests/sandbox/incident.hpp"

using namespace ride;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

std::string read(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string kind_of(const YAML::Node& node) {
  if (node.IsMap()) return "object";
  if (node.IsSequence()) return "array";
  if (node.Tag() == "!") return "string";  // quoted
  const auto text = node.Scalar();
  if (text == "true" || text == "false") return "boolean";
  const bool digits = !text.empty() && text.find_first_not_of("-0123456789") == text.npos;
  return digits ? "integer" : "string";
}

bool has_kind(const json::value& wanted, const std::string& kind) {
  if (wanted.is_string()) return wanted.as_string() == kind;
  for (const auto& one : wanted.as_array())
    if (one.as_string() == kind || (one.as_string() == "number" && kind == "integer")) return true;
  return false;
}

// As much of JSON Schema as the schema uses. What is wrong, or "".
std::string violation(const json::object& schema, const YAML::Node& node, const std::string& at) {
  const auto kind = kind_of(node);
  if (const auto* choices = schema.if_contains("enum")) {
    for (const auto& choice : choices->as_array())
      if (choice.as_string() == node.Scalar()) return "";
    return at + " is none of its choices";
  }
  if (!has_kind(schema.at("type"), kind)) return at + " is " + kind;
  if (const auto* pattern = schema.if_contains("pattern"); pattern && kind == "string")
    if (!std::regex_search(node.Scalar(), std::regex(pattern->as_string().c_str())))
      return at + " is " + kind;
  if (const auto* items = schema.if_contains("items"))
    for (const auto& item : node)
      if (auto bad = violation(items->as_object(), item, at + "[]"); !bad.empty()) return bad;
  if (kind != "object") return "";
  const auto* properties = schema.if_contains("properties");
  for (const auto& pair : node) {
    const auto key = pair.first.Scalar();
    const auto* known = properties ? properties->as_object().if_contains(key) : nullptr;
    if (known == nullptr && schema.at("additionalProperties").is_bool()) return at + "." + key;
    const auto& below = known ? *known : schema.at("additionalProperties");
    if (auto bad = violation(below.as_object(), pair.second, at + "." + key); !bad.empty())
      return bad;
  }
  if (const auto* required = schema.if_contains("required"))
    for (const auto& key : required->as_array())
      if (!node[std::string(key.as_string())]) return at + " lacks " + key.as_string().c_str();
  return "";
}

std::string violation(const std::string& yaml) {
  const auto schema = json::parse(sandbox::scenario_schema()).as_object();
  return violation(schema, YAML::Load(yaml), "scenario");
}

void collect(const sandbox::KeyTable& table, std::vector<std::string>& out) {
  for (const auto& key : table.keys) {
    out.emplace_back(key.name);
    if (key.of != nullptr) collect(*key.of, out);
  }
}

// Every required key of the table, taken away where the file has it first: the loader must miss it.
void require_each(const sandbox::KeyTable& table, const YAML::Node& root, YAML::Node node) {
  for (const auto& key : table.keys) {
    const std::string name(key.name);
    if (!node[name]) continue;
    const YAML::Node kept = YAML::Clone(node[name]);
    if (key.required) {
      node.remove(name);
      const test::ScenarioFolder folder(YAML::Dump(root));
      INFO(name);
      CHECK(test::error_of([&] {
              sandbox::load_scenario(folder.path());
            }).find("has no \"" + name + "\"") != std::string::npos);
      node[name] = kept;
    }
    if (key.of == nullptr) continue;
    const YAML::Node below = node[name].IsSequence() ? node[name][0] : node[name];
    require_each(*key.of, root, below);
  }
}

}  // namespace

TEST_CASE("the schema takes every scenario there is", "[sandbox][scenario]") {
  CHECK(violation(test::shop_yaml) == "");
  const auto ids = sandbox::find_scenarios(RIDE_SOURCE_SCENARIOS);
  CHECK_FALSE(ids.empty());
  for (const auto& id : ids) {
    INFO(id);
    CHECK(violation(read(fs::path(RIDE_SOURCE_SCENARIOS) / id / "scenario.yaml")) == "");
  }
}

TEST_CASE("the schema refuses what the loader refuses", "[sandbox][scenario]") {
  CHECK(violation(test::replaced(test::shop_yaml, "fault:", "fautl:")) == "scenario.fautl");
  CHECK(violation(test::replaced(test::shop_yaml, "title: Shop\n", "")) == "scenario lacks title");
  CHECK(violation(test::replaced(test::shop_yaml, "operations: 3", "operations: three")) ==
        "scenario.actors[].workload.operations is string");
  CHECK(violation(test::replaced(test::shop_yaml, "operations: 3", "operations: \"{{n}}\"")) == "");
  CHECK(violation(test::replaced(test::shop_yaml, "stay_dead", "dies")) ==
        "scenario.actors[].on_killed is none of its choices");
}

TEST_CASE("what the table of keys requires, the loader requires", "[sandbox][scenario]") {
  YAML::Node root = YAML::Load(test::shop_yaml);
  require_each(sandbox::scenario_keys(), root, root);
}

TEST_CASE("docs/scenario-format.md names every key", "[sandbox][scenario]") {
  const auto page = read(RIDE_DOCS "/scenario-format.md");
  std::vector<std::string> keys;
  collect(sandbox::scenario_keys(), keys);
  for (const auto& key : keys) {
    INFO(key);
    CHECK((page.find("`" + key + "`") != page.npos || page.find("**" + key + ".") != page.npos ||
           page.find("**" + key + ",") != page.npos));
  }
}
