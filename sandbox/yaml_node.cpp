#include "sandbox/yaml_node.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include "sandbox/scenario.hpp"

namespace ride::sandbox {
namespace {

std::string place(const std::string& name, const YAML::Mark& mark) {
  return name + ":" + std::to_string(mark.is_null() ? 1 : mark.line + 1) + ": ";
}

std::size_t distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t swapped = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, swapped});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_word(const std::string& word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto& candidate : known) {
    const auto d = distance(word, candidate);
    if (d < best_distance) {
      best = candidate;
      best_distance = d;
    }
  }
  return best;
}

YamlNode YamlNode::parse(const std::string& name, const std::string& text) {
  try {
    YAML::Node node = YAML::Load(text);
    if (!node.IsMap()) throw ScenarioError(name + ":1: must be a map of keys");
    return {name, node, "the file"};
  } catch (const YAML::Exception& error) {
    throw ScenarioError(place(name, error.mark) + error.msg);
  }
}

void YamlNode::fail(const std::string& message) const {
  throw ScenarioError(place(name_, node_.Mark()) + message);
}

const YamlNode& YamlNode::only(std::initializer_list<std::string_view> keys) const {
  std::set<std::string> seen;
  for (const auto& [key, value] : entries()) {
    const YamlNode here(name_, value.node_, key);
    if (!seen.insert(key).second) here.fail("\"" + key + "\" stands there twice");
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    const auto near = nearest_word(key, {keys.begin(), keys.end()});
    for (const auto& pair : node_) {  // the key's own line, not its value's
      if (pair.first.Scalar() == key)
        YamlNode(name_, pair.first, key)
            .fail("unknown key \"" + key + "\"" +
                  (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
    }
  }
  return *this;
}

YamlNode YamlNode::at(const std::string& key) const {
  if (auto found = find(key)) return *found;
  fail("\"" + what_ + "\" has no \"" + key + "\"");
}

std::optional<YamlNode> YamlNode::find(const std::string& key) const {
  for (auto& [name, value] : entries()) {
    if (name == key) return value;
  }
  return std::nullopt;
}

std::string YamlNode::text() const {
  if (!node_.IsScalar()) fail("\"" + what_ + "\" must be text");
  return node_.Scalar();
}

std::string YamlNode::filled_text() const {
  std::string out = text();
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  if (out.empty()) fail("\"" + what_ + "\" is empty");
  if (out.find('\0') != std::string::npos) fail("\"" + what_ + "\" holds a zero byte");
  return out;
}

long long YamlNode::number(long long min, long long max) const {
  const std::string scalar = node_.IsScalar() ? node_.Scalar() : "";
  long long value = 0;
  const char* end = scalar.data() + scalar.size();
  const auto [rest, error] = std::from_chars(scalar.data(), end, value);
  if (error != std::errc() || rest != end) fail("\"" + what_ + "\" must be a whole number");
  if (value < min || value > max)
    fail("\"" + what_ + "\" must be from " + std::to_string(min) + " to " + std::to_string(max));
  return value;
}

bool YamlNode::flag() const {
  const std::string scalar = node_.IsScalar() ? node_.Scalar() : "";
  if (scalar != "true" && scalar != "false") fail("\"" + what_ + "\" must be true or false");
  return scalar == "true";
}

std::vector<YamlNode> YamlNode::items() const {
  if (!node_.IsSequence()) fail("\"" + what_ + "\" must be a list");
  std::vector<YamlNode> out;
  for (const auto& item : node_) out.push_back(YamlNode(name_, item, what_));
  return out;
}

std::vector<std::pair<std::string, YamlNode>> YamlNode::entries() const {
  if (!node_.IsMap()) fail("\"" + what_ + "\" must be a map of keys");
  std::vector<std::pair<std::string, YamlNode>> out;
  for (const auto& pair : node_) {
    if (!pair.first.IsScalar()) fail("\"" + what_ + "\" has a key that is no text");
    out.emplace_back(pair.first.Scalar(), YamlNode(name_, pair.second, pair.first.Scalar()));
  }
  return out;
}

std::string YamlNode::text_or(const std::string& key, const std::string& otherwise) const {
  const auto found = find(key);
  return found ? found->filled_text() : otherwise;
}

std::vector<std::string> YamlNode::texts(const std::string& key) const {
  std::vector<std::string> out;
  const auto found = find(key);
  if (!found) return out;
  for (const auto& item : found->items()) out.push_back(item.filled_text());
  return out;
}

}  // namespace ride::sandbox
