// Takes out of single texts what a policy names, and counts it by kind. One thread.
#pragma once

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "audit/redact_policy.hpp"
#include "audit/redact_words.hpp"

namespace ride::audit {

class Remover {
 public:
  Remover(RedactPolicy policy, Names names)
      : policy_(std::move(policy)), names_(std::move(names)) {}

  const RedactPolicy& policy() const { return policy_; }
  const Words& identities() const { return names_.identities; }

  // What any text may hold: identities and patterns. nullopt: nothing to do.
  std::optional<std::string> clean(std::string_view text);
  // The same for the scenario's text, in which no identity stands.
  std::optional<std::string> clean_scenario(std::string_view text);
  // An SQL text: its literals too, where the policy has `values`.
  std::optional<std::string> clean_statement(std::string_view text);
  // Bytes that may be no text: goes whole where something stands in it and it is none.
  std::optional<std::string> clean_value(Bytes value);

  // Each string of a JSON text by `change` (key, string), which gives what becomes of it; an
  // element of an array has the array's key. Text that is no JSON goes whole.
  template <typename Change>
  std::optional<std::string> clean_json(std::string_view text, Change&& change);

  // All of a text goes.
  std::string take(const char* kind);
  void count(const char* kind, std::uint64_t number = 1) {
    if (number > 0) counts_[kind] += number;
  }
  // Since the last time.
  std::map<std::string, std::uint64_t> take_counts() { return std::exchange(counts_, {}); }

 private:
  std::optional<std::string> cut(std::string_view text, std::vector<sql::Cut> cuts);
  void find_patterns(std::string_view text, std::vector<sql::Cut>& out);
  void find_any(std::string_view text, std::vector<sql::Cut>& out);

  RedactPolicy policy_;
  Names names_;
  std::map<std::string, std::uint64_t> counts_;
};

// Parses JSON as a record may hold it; nullopt where it is none.
std::optional<boost::json::value> read_json(std::string_view text);

// Whether a string was changed.
template <typename Change>
bool change_strings(boost::json::value& value, std::string_view key, Change&& change) {
  bool changed = false;
  if (auto* items = value.if_array())
    for (auto& item : *items) changed = change_strings(item, key, change) || changed;
  if (auto* fields = value.if_object())
    for (auto& field : *fields)
      changed = change_strings(field.value(), field.key(), change) || changed;
  if (auto* text = value.if_string()) {
    if (auto kept = change(key, std::string_view(text->data(), text->size()))) {
      *text = *kept;
      changed = true;
    }
  }
  return changed;
}

template <typename Change>
std::optional<std::string> Remover::clean_json(std::string_view text, Change&& change) {
  auto value = read_json(text);
  if (!value) return take("unreadable");
  if (!change_strings(*value, "", change)) return std::nullopt;
  return boost::json::serialize(*value);
}

}  // namespace ride::audit
