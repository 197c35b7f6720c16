#include "cli/redaction_text.hpp"

#include "audit/moment.hpp"
#include "base/json.hpp"
#include "scorer/text.hpp"

namespace ride::cli {
namespace {

std::string line(std::string label, const std::string& text) {
  label.resize(12, ' ');
  return "  " + label + scorer::printable_line(text) + "\n";
}

std::string taken(const journal::Redaction& redaction) {
  std::string out;
  for (const auto& [kind, count] : redaction.counts)
    out += (out.empty() ? "" : ", ") + kind + " " + std::to_string(count);
  return out.empty() ? "nothing: there was none of it" : out;
}

}  // namespace

std::string to_text(const journal::Redaction& redaction) {
  auto out =
      line("redacted", "by " + redaction.policies + ", " + audit::iso_time(redaction.at_us)) +
      line("taken out", taken(redaction)) +
      line("a copy of", redaction.origin + " up to event " + std::to_string(redaction.size));
  if (!redaction.receipt.empty()) out += line("", redaction.receipt);
  return out;
}

boost::json::object to_json(const journal::Redaction& redaction) {
  boost::json::object counts;
  for (const auto& [kind, count] : redaction.counts) counts[kind] = count;
  boost::json::object touched;
  for (const auto& [attempt, columns] : redaction.touched)
    touched[std::to_string(attempt)] = boost::json::value_from(columns);
  return {{"policies", redaction.policies},
          {"counts", std::move(counts)},
          {"origin", redaction.origin},
          {"size", redaction.size},
          {"receipt", redaction.receipt.empty() ? boost::json::value(nullptr)
                                                : boost::json::value(redaction.receipt)},
          {"at", audit::iso_time(redaction.at_us)},
          {"version", redaction.version},
          {"scenario_touched", redaction.scenario_touched},
          {"touched", std::move(touched)}};
}

}  // namespace ride::cli
