#include "sandbox/yaml_node.hpp"

#include <yaml-cpp/eventhandler.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>

#include "sandbox/parameters.hpp"
#include "sandbox/scenario.hpp"

namespace ride::sandbox {
namespace {

std::string place_of(const std::string& name, const YAML::Mark& mark) {
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

// Hears the file's events one by one, and keeps none.
class Shape : public YAML::EventHandler {
 public:
  Shape(const std::string& name, const YamlLimits& limits) : name_(name), limits_(limits) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) refuse(mark, "a second document; a scenario is one");
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override { count(mark); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "aliases (*name) are not read; write it out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                const std::string&) override {
    count(mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark);
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark);
  }
  void OnMapEnd() override { --depth_; }

 private:
  [[noreturn]] void refuse(const YAML::Mark& mark, const std::string& what) const {
    throw ScenarioError(place_of(name_, mark) + what);
  }
  void count(const YAML::Mark& mark) {
    if (++values_ > limits_.values_max)
      refuse(mark, "more than " + std::to_string(limits_.values_max) + " values");
  }
  void open(const YAML::Mark& mark) {
    count(mark);
    if (++depth_ > limits_.depth_max)
      refuse(mark, "nested deeper than " + std::to_string(limits_.depth_max) + " levels");
  }

  const std::string& name_;
  const YamlLimits& limits_;
  int documents_ = 0;
  int values_ = 0;
  int depth_ = 0;
};

void check_shape(const std::string& name, const std::string& text, const YamlLimits& limits) {
  std::istringstream in(text);
  YAML::Parser parser(in);
  Shape shape(name, limits);
  while (parser.HandleNextDocument(shape)) {
  }
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

YamlNode YamlNode::parse(const std::string& name, const std::string& text,
                         const YamlLimits& limits) {
  try {
    check_shape(name, text, limits);
    YAML::Node node = YAML::Load(text);
    if (!node.IsMap()) throw ScenarioError(name + ":1: must be a map of keys");
    return {name, node, "the file"};
  } catch (const YAML::Exception& error) {
    throw ScenarioError(place_of(name, error.mark) + error.msg);
  }
}

std::string YamlNode::place() const { return place_of(name_, node_.Mark()); }

void YamlNode::fail(const std::string& message) const { throw ScenarioError(place() + message); }

std::vector<std::string> YamlNode::strange_keys(const KeyTable& table) const {
  std::vector<std::string> out;
  std::set<std::string> seen;
  for (const auto& pair : node_) {
    if (!pair.first.IsScalar()) continue;  // whoever reads it says so
    const auto& key = pair.first.Scalar();
    const YamlNode at_key(name_, pair.first, key);
    const YamlNode value(name_, pair.second, key);
    const Key* known = table.find(key);
    if (!seen.insert(key).second)
      out.push_back(value.place() + "\"" + key + "\" stands there twice");
    if (known == nullptr) {
      const auto near = nearest_word(key, table.names());
      out.push_back(at_key.place() + "unknown key \"" + key + "\"" +
                    (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
    } else if (known->of != nullptr) {
      const auto below = value.strange_keys_of(*known);
      out.insert(out.end(), below.begin(), below.end());
    }
  }
  return out;
}

std::vector<std::string> YamlNode::strange_keys_of(const Key& key) const {
  if (key.kind == KeyKind::map)
    return node_.IsMap() ? strange_keys(*key.of) : std::vector<std::string>();
  std::vector<std::string> out;
  if (!node_.IsSequence()) return out;
  for (const auto& item : items()) {
    if (!item.node_.IsMap()) continue;
    const auto below = item.strange_keys(*key.of);
    out.insert(out.end(), below.begin(), below.end());
  }
  return out;
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

YamlNode YamlNode::with(scorer::Values values) const {
  return {name_, node_, what_, std::make_shared<const scorer::Values>(std::move(values))};
}

YamlNode YamlNode::as_written() const { return {name_, node_, what_}; }

void YamlNode::each_text(const std::function<void(const YamlNode&)>& visit) const {
  if (node_.IsScalar()) return visit(*this);
  for (const auto& child : node_) {
    const bool in_map = node_.IsMap();
    YamlNode(name_, in_map ? child.second : child, what_, values_).each_text(visit);
  }
}

std::string YamlNode::text() const {
  if (!node_.IsScalar())
    fail("\"" + what_ + "\" must be text" +
         (node_.IsMap() ? ": put what begins with { in quotes" : ""));
  if (!values_) return node_.Scalar();
  try {
    return scorer::with_values(node_.Scalar(), *values_);
  } catch (const scorer::NoValue& error) {
    fail(error.what() + suggestion(error.name(), *values_));
  }
}

std::string YamlNode::filled_text() const {
  std::string out = text();
  while (!out.empty() && (out.back() == '\n' || out.back() == ' ')) out.pop_back();
  if (out.empty()) fail("\"" + what_ + "\" is empty");
  if (out.find('\0') != std::string::npos) fail("\"" + what_ + "\" holds a zero byte");
  return out;
}

long long YamlNode::number(long long min, long long max) const {
  const std::string scalar = node_.IsScalar() ? text() : "";
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
  for (const auto& item : node_) out.push_back(YamlNode(name_, item, what_, values_));
  return out;
}

std::vector<std::pair<std::string, YamlNode>> YamlNode::entries() const {
  if (!node_.IsMap()) fail("\"" + what_ + "\" must be a map of keys");
  std::vector<std::pair<std::string, YamlNode>> out;
  for (const auto& pair : node_) {
    if (!pair.first.IsScalar()) fail("\"" + what_ + "\" has a key that is no text");
    out.emplace_back(pair.first.Scalar(),
                     YamlNode(name_, pair.second, pair.first.Scalar(), values_));
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
