#include "audit/remover.hpp"

#include <algorithm>

#include "base/json.hpp"

namespace ride::audit {
namespace {

constexpr std::size_t json_depth_max = 100;

bool is_text(Bytes value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t' || c == '\r';
  });
}

}  // namespace

std::optional<boost::json::value> read_json(std::string_view text) {
  boost::json::parse_options options;
  options.allow_invalid_utf8 = true;
  options.max_depth = json_depth_max;
  boost::json::error_code error;
  auto value = boost::json::parse({text.data(), text.size()}, error, {}, options);
  if (error) return std::nullopt;
  return value;
}

std::optional<std::string> Remover::clean(std::string_view text) {
  std::vector<sql::Cut> cuts;
  find_any(text, cuts);
  return cut(text, std::move(cuts));
}

std::optional<std::string> Remover::clean_scenario(std::string_view text) {
  std::vector<sql::Cut> cuts;
  find_patterns(text, cuts);
  return cut(text, std::move(cuts));
}

std::optional<std::string> Remover::clean_statement(std::string_view text) {
  std::vector<sql::Cut> cuts;
  if (policy_.values) {
    cuts = sql::literals_of(text);
    std::erase_if(cuts, [&](const sql::Cut& cut) {  // what was taken out before
      const auto there = text.substr(cut.start, cut.end - cut.start);
      return there == sql::cut_mark || there == sql::cut_literal_mark;
    });
    count("literals", cuts.size());
  }
  find_any(text, cuts);
  return cut(text, std::move(cuts));
}

std::optional<std::string> Remover::clean_value(Bytes value) {
  std::vector<sql::Cut> cuts;
  find_any(value, cuts);
  if (!cuts.empty() && !is_text(value)) return std::string(sql::cut_mark);
  return cut(value, std::move(cuts));
}

std::string Remover::take(const char* kind) {
  count(kind);
  return std::string(sql::cut_mark);
}

std::optional<std::string> Remover::cut(std::string_view text, std::vector<sql::Cut> cuts) {
  if (cuts.empty()) return std::nullopt;
  return sql::without(text, std::move(cuts));
}

void Remover::find_patterns(std::string_view text, std::vector<sql::Cut>& out) {
  const auto before = out.size();
  for (const auto& pattern : policy_.patterns) pattern.find(text, out);
  count("patterns", out.size() - before);
}

void Remover::find_any(std::string_view text, std::vector<sql::Cut>& out) {
  auto before = out.size();
  if (policy_.identities) names_.identities.find(text, out);
  count("identities", out.size() - before);
  before = out.size();
  if (policy_.values) names_.set.find(text, out);
  count("literals", out.size() - before);
  find_patterns(text, out);
}

}  // namespace ride::audit
