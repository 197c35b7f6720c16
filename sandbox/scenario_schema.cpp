#include "base/json.hpp"
#include "sandbox/scenario_keys.hpp"

namespace ride::sandbox {
namespace {

namespace json = boost::json;

json::object schema_of(const KeyTable& table);

// YAML reads an unquoted 1 or true as no text; the loader takes it as it is written.
json::object text_schema(const Key& key) {
  if (key.choices.empty()) return {{"type", json::array{"string", "number", "boolean"}}};
  json::array choices;
  for (const auto& choice : key.choices) choices.push_back(json::value(choice));
  return {{"enum", std::move(choices)}};
}

json::object schema_of(const Key& key) {
  switch (key.kind) {
    case KeyKind::text:
      return text_schema(key);
    case KeyKind::number:
      return {{"type", json::array{"integer", "string"}}, {"pattern", "^\\{\\{[a-z_0-9]+\\}\\}$"}};
    case KeyKind::flag:
      return {{"type", "boolean"}};
    case KeyKind::texts:
      return {{"type", "array"}, {"items", text_schema(key)}};
    case KeyKind::settings:
      return {{"type", "object"}, {"additionalProperties", text_schema(key)}};
    case KeyKind::map:
      return schema_of(*key.of);
    case KeyKind::maps:
      return {{"type", "array"}, {"items", schema_of(*key.of)}};
  }
  return {};
}

json::object schema_of(const KeyTable& table) {
  json::object properties;
  json::array required;
  for (const auto& key : table.keys) {
    auto value = schema_of(key);
    value["description"] = key.about;
    properties[key.name] = std::move(value);
    if (key.required) required.push_back(json::value(key.name));
  }
  json::object out{{"type", "object"}, {"additionalProperties", false}};
  out["properties"] = std::move(properties);
  if (!required.empty()) out["required"] = std::move(required);
  return out;
}

}  // namespace

std::string scenario_schema() {
  json::object out{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                   {"title", "a ride scenario, scenario.yaml"}};
  for (auto& [name, value] : schema_of(scenario_keys())) out[name] = std::move(value);
  return json::serialize(out);
}

}  // namespace ride::sandbox
