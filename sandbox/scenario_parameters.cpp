#include <algorithm>
#include <set>

#include "sandbox/scenario_parts.hpp"

namespace ride::sandbox {
namespace {

constexpr long long number_max = 1'000'000'000;

std::vector<std::string> read_names(const YamlNode& node) {
  if (node.has("name") == node.has("names")) node.fail("give either \"name\" or \"names\"");
  const auto single = node.find("name");
  const auto items = single ? std::vector{*single} : node.at("names").items();
  std::vector<std::string> out;
  for (const auto& item : items) {
    out.push_back(item.filled_text());
    if (!scorer::is_parameter_name(out.back()))
      item.fail("\"" + out.back() + "\" is no plain name: lower-case letters, digits and _ only");
  }
  if (out.empty()) node.at("names").fail("\"names\" is empty");
  return out;
}

std::vector<std::string> read_choices(const YamlNode& list, const ScenarioLimits& limits) {
  std::vector<std::string> out;
  for (const auto& item : list.items()) {
    const auto value = item.filled_text();
    if (!scorer::is_plain_value(value))
      item.fail("\"" + value +
                "\" cannot be drawn: a value is a plain name (lower-case letters, digits and _) or "
                "a whole number without a sign");
    if (std::find(out.begin(), out.end(), value) != out.end())
      item.fail("\"" + value + "\" stands there twice");
    out.push_back(value);
  }
  if (out.size() < 2) list.fail("a choice needs two values");
  if (out.size() > limits.choices_max)
    list.fail("more than " + std::to_string(limits.choices_max) + " values");
  return out;
}

Parameter read_parameter(const YamlNode& node, const ScenarioLimits& limits) {
  Parameter out;
  out.names = read_names(node);
  const bool range = node.has("from") || node.has("to");
  if (range == node.has("one_of")) node.fail("give either \"one_of\" or \"from\" and \"to\"");
  if (range) {
    const auto from = node.at("from").number(0, number_max);
    out.from = static_cast<std::uint64_t>(from);
    out.to = static_cast<std::uint64_t>(node.at("to").number(from + 1, number_max));
  } else {
    out.one_of = read_choices(node.at("one_of"), limits);
  }
  if (out.names.size() > out.count())
    node.fail(std::to_string(out.names.size()) + " names for " + std::to_string(out.count()) +
              " values; none is drawn twice");
  return out;
}

void require_fixed(const YamlNode& node) {
  if (!scorer::parameters_in(node.text()).empty())
    node.fail("nothing drawn can stand here: it is the same for every attempt");
}

// What the list of scenarios shows, and what the record calls rules by.
void require_fixed_names(const YamlNode& written) {
  for (const char* key : {"id", "title", "topic", "level", "minutes"})
    if (const auto node = written.find(key)) require_fixed(*node);
  if (const auto paths = written.find("paths"))
    for (const auto& item : paths->items()) require_fixed(item);
  // A later attempt has the same connection string.
  const auto learner = written.find("learner");
  const auto database = learner ? learner->find("database") : std::nullopt;
  if (database) require_fixed(*database);
  if (const auto databases = written.at("environment").at("databases").items();
      !database && !databases.empty())
    require_fixed(databases.front().at("name"));
  for (const char* section : {"confirm", "probes", "detect", "fix", "traps"})
    if (const auto list = written.find(section))
      for (const auto& item : list->items())
        if (const auto id = item.find("id")) require_fixed(*id);
}

}  // namespace

void read_parameters(const YamlNode& written, const ScenarioLimits& limits, Scenario& scenario) {
  require_fixed_names(written);
  const auto list = written.find("parameters");
  if (!list) return;
  std::set<std::string> names;
  for (const auto& item : list->items()) {
    scenario.parameters.push_back(read_parameter(item, limits));
    for (const auto& name : scenario.parameters.back().names)
      if (!names.insert(name).second) item.fail("parameter \"" + name + "\" stands there twice");
  }
  if (names.size() > limits.parameters_max)
    list->fail("more than " + std::to_string(limits.parameters_max) + " parameters");
}

}  // namespace ride::sandbox
