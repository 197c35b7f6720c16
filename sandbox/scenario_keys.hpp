// The keys of scenario.yaml, once: the loader refuses what is not here, `ride scenario schema`
// prints them for editors, and a test looks for each in docs/scenario-format.md. What a value must
// be beyond its kind (a known role, a rule that SQLite takes) is the loader's to say. Constant
// data; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ride::sandbox {

enum class KeyKind {
  text,
  number,
  flag,
  texts,     // a list of texts
  settings,  // a map of free names to texts
  map,
  maps,  // a list of maps
};

struct KeyTable;

struct Key {
  std::string_view name;
  KeyKind kind = KeyKind::text;
  bool required = false;
  std::string_view about;
  const KeyTable* of = nullptr;  // of a map, and of each in a list of maps
  std::vector<std::string_view> choices = {};
};

struct KeyTable {
  std::vector<Key> keys;
  const Key* find(std::string_view name) const;  // nullptr: there is none
  std::vector<std::string> names() const;
};

// Those at the top of the file.
const KeyTable& scenario_keys();

// A JSON Schema (draft 2020-12) of the file.
std::string scenario_schema();

}  // namespace ride::sandbox
