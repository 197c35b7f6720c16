// One value of a YAML file that knows where it stands. Reading it as anything it is not throws
// ScenarioError with file and line; nothing is guessed or skipped.
#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sandbox/scenario_keys.hpp"
#include "scorer/parameters.hpp"

namespace ride::sandbox {

struct YamlLimits {
  int depth_max = 16;
  int values_max = 20'000;
};

class YamlNode {
 public:
  // `name` is how errors call the file. Refuses what a scenario has no use for, before anything is
  // built of it: aliases (a few lines of them stand for any amount of text), deep nesting, more
  // than one document.
  static YamlNode parse(const std::string& name, const std::string& text,
                        const YamlLimits& limits = {});

  // The same node, and all below it, with {{names}} in texts replaced from now on. A parsed file
  // has none replaced.
  YamlNode with(scorer::Values values) const;
  YamlNode as_written() const;
  // Every scalar below that is no key, as it is written.
  void each_text(const std::function<void(const YamlNode&)>& visit) const;

  [[noreturn]] void fail(const std::string& message) const;
  std::string place() const;  // "scenario.yaml:14: "

  // One line for each key, here and below, that the table has not or that stands there twice.
  std::vector<std::string> strange_keys(const KeyTable& table) const;
  YamlNode at(const std::string& key) const;  // required
  std::optional<YamlNode> find(const std::string& key) const;
  bool has(const std::string& key) const { return find(key).has_value(); }

  std::string text() const;         // a scalar; may be empty only where it is written as ""
  std::string filled_text() const;  // … and never empty; the end of a folded text is trimmed
  long long number(long long min, long long max) const;
  bool flag() const;  // true or false
  std::vector<YamlNode> items() const;
  std::vector<std::pair<std::string, YamlNode>> entries() const;

  // Shortcuts for optional keys of a map.
  std::string text_or(const std::string& key, const std::string& otherwise) const;
  std::vector<std::string> texts(const std::string& key) const;  // empty where it is absent

 private:
  using SharedValues = std::shared_ptr<const scorer::Values>;

  YamlNode(std::string name, YAML::Node node, std::string what, SharedValues values = nullptr)
      : name_(std::move(name)),
        node_(std::move(node)),
        what_(std::move(what)),
        values_(std::move(values)) {}

  std::vector<std::string> strange_keys_of(const Key& key) const;

  std::string name_;
  YAML::Node node_;
  std::string what_;     // the key it stands under, for messages
  SharedValues values_;  // null: texts are as they are written
};

// The word of `known` that is nearest to `word` by edit distance, or "" where none is near.
std::string nearest_word(const std::string& word, const std::vector<std::string>& known);

}  // namespace ride::sandbox
