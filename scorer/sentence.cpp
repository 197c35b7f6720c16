// Words of a verdict: sentences filled from evidence, names of parts and marks.
#include <algorithm>

#include "scorer/grade.hpp"

namespace ride::scorer {
namespace {

constexpr std::size_t values_shown_max = 5;

std::string value_of(const Evidence& row, std::string_view name) {
  if (name == "statement") return row.statement ? std::to_string(*row.statement) : "";
  if (name == "actor") return row.actor;
  if (name == "outcome") return row.outcome;
  if (name == "sqlstate") return row.sqlstate;
  return row.object;
}

// The different values of a column, in the order of the rows: "14", or "14, #17" after a "#".
std::string values_of(const std::vector<Evidence>& rows, std::string_view name, bool numbered) {
  std::vector<std::string> values;
  for (const auto& row : rows) {
    auto value = value_of(row, name);
    if (!value.empty() && std::find(values.begin(), values.end(), value) == values.end())
      values.push_back(std::move(value));
  }
  if (values.empty()) return "unknown";
  std::string out;
  for (std::size_t i = 0; i < std::min(values.size(), values_shown_max); ++i)
    out += (i == 0 ? "" : numbered ? ", #" : ", ") + values[i];
  if (values.size() > values_shown_max)
    out += " and " + std::to_string(values.size() - values_shown_max) + " more";
  return out;
}

}  // namespace

std::string fill(const std::string& sentence, const std::vector<Evidence>& rows) {
  std::string out;
  std::size_t at = 0;
  while (at < sentence.size()) {
    const auto open = sentence.find('{', at);
    const auto close = open == sentence.npos ? open : sentence.find('}', open);
    if (close == sentence.npos) break;
    const auto name = std::string_view(sentence).substr(open + 1, close - open - 1);
    out.append(sentence, at, open - at);
    const bool numbered = !out.empty() && out.back() == '#';
    out += is_placeholder(name) ? values_of(rows, name, numbered)
                                : sentence.substr(open, close - open + 1);
    at = close + 1;
  }
  return out.append(sentence, at);
}

std::vector<std::int64_t> statements_of(const RuleVerdict& rule) {
  std::vector<std::int64_t> numbers;
  for (const auto& row : rule.evidence)
    if (row.statement) numbers.push_back(*row.statement);
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

std::string to_string(Part part) {
  switch (part) {
    case Part::detect:
      return "detect";
    case Part::fix:
      return "fix";
    case Part::trap:
      return "trap";
  }
  return "";
}

std::string to_string(Mark mark) {
  switch (mark) {
    case Mark::pass:
      return "pass";
    case Mark::fail:
      return "fail";
    case Mark::unknown:
      return "unknown";
  }
  return "";
}

}  // namespace ride::scorer
