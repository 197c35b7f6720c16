// A regrade for people and for programs.
#include <algorithm>

#include "base/json.hpp"
#include "scorer/page.hpp"
#include "scorer/regrade.hpp"
#include "scorer/text.hpp"

namespace ride::scorer {
namespace {

namespace json = boost::json;

constexpr std::size_t numbers_shown_max = 8;
constexpr std::size_t hash_digits_shown = 12;

std::string word_of(Part part, Mark mark) {
  if (mark == Mark::unknown) return "unknown";
  if (part == Part::trap) return mark == Mark::pass ? "avoided" : "sprung";
  return mark == Mark::pass ? "passed" : "failed";
}

std::string state_of(Part part, const std::optional<RuleVerdict>& rule) {
  if (!rule) return "no such rule";
  return word_of(part, rule->mark) + " " + std::to_string(rule->points.points);
}

std::string numbers_of(const RuleVerdict& rule) {
  const auto statements = statements_of(rule);
  if (statements.empty()) return "none";
  std::string out;
  for (std::size_t i = 0; i < std::min(statements.size(), numbers_shown_max); ++i)
    out += (i == 0 ? "#" : ", #") + std::to_string(statements[i]);
  if (statements.size() > numbers_shown_max)
    out += " and " + std::to_string(statements.size() - numbers_shown_max) + " more";
  return out;
}

std::string list_of(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + word;
  return out;
}

std::string reason_of(const RuleChange& change) {
  if (!change.before) return "the rule is new: " + change.after->why;
  if (!change.after) return "the rule is gone";
  std::string out;
  const auto add = [&](const std::string& text) { out += (out.empty() ? "" : "; ") + text; };
  if (!change.keys.empty()) add("changed in the rule: " + list_of(change.keys));
  if (change.before->points.of != change.after->points.of)
    add("worth " + std::to_string(change.before->points.of) + " → " +
        std::to_string(change.after->points.of));
  if (change.evidence_differs)
    add("evidence " + numbers_of(*change.before) + " → " + numbers_of(*change.after));
  if (change.before->mark != change.after->mark && !change.after->why.empty())
    add(change.after->why);
  return out;
}

Tone tone_of(const RuleChange& change) {
  if (!change.verdict_differs()) return Tone::dim;
  return change.after ? scorer::tone_of(change.after->mark) : Tone::plain;
}

std::string rules_of(const Verdict& verdict) {
  return "version " + std::to_string(verdict.scenario_version) + " (" +
         verdict.scenario_hash.substr(0, hash_digits_shown) + ")";
}

std::string total_of(const Regrade& regrade) {
  const auto& before = regrade.before.total;
  const auto& after = regrade.after.total;
  const auto of = [](Points points) {
    return std::to_string(points.points) + " of " + std::to_string(points.of);
  };
  if (!regrade.verdict_differs()) return of(after) + ", as before";
  if (before.of != after.of) return of(before) + " → " + of(after);
  return std::to_string(before.points) + " → " + of(after);
}

json::value object_of(const std::optional<RuleVerdict>& rule) {
  if (!rule) return nullptr;
  return json::object{{"verdict", to_string(rule->mark)},
                      {"points", rule->points.points},
                      {"of", rule->points.of},
                      {"why", rule->why},
                      {"evidence", json::value_from(statements_of(*rule))}};
}

json::object object_of(const Verdict& verdict) {
  return {{"total", verdict.total.points},       {"of", verdict.total.of},
          {"detect", verdict.detect.points},     {"fix", verdict.fix.points},
          {"trap", verdict.trap.points},         {"capped_by", verdict.capped_by},
          {"version", verdict.scenario_version}, {"hash", verdict.scenario_hash}};
}

}  // namespace

std::string regrade_text(const std::string& name, const Regrade& regrade, CardStyle style) {
  Page page(style);
  page.item(printable_line(name) + " ",
            "attempt " + std::to_string(regrade.after.attempt) +
                (regrade.learner.empty() ? "" : " of " + regrade.learner) + ": " +
                total_of(regrade),
            regrade.verdict_differs() ? Tone::bold : Tone::plain);
  if (regrade.before.scenario_hash == regrade.after.scenario_hash) {
    page.item("  rules ", rules_of(regrade.after) + ", the same");
    return page.take();
  }
  page.item("  rules ", rules_of(regrade.before) + " → " + rules_of(regrade.after));
  if (regrade.before.capped_by != regrade.after.capped_by)
    page.item("  cap ", (regrade.before.capped_by.empty() ? "none" : regrade.before.capped_by) +
                            " → " +
                            (regrade.after.capped_by.empty() ? "none" : regrade.after.capped_by));
  for (const auto& change : regrade.changes) {
    const auto before = state_of(change.part, change.before);
    const auto after = state_of(change.part, change.after);
    const auto states = before == after ? after : before + " → " + after;
    page.item("  " + to_string(change.part) + "/" + printable_line(change.id) + " ",
              states + ". " + reason_of(change), tone_of(change));
  }
  return page.take();
}

std::string regrade_json(const std::string& name, const Regrade& regrade) {
  json::array rules;
  for (const auto& change : regrade.changes)
    rules.push_back(json::object{{"kind", to_string(change.part)},
                                 {"id", change.id},
                                 {"before", object_of(change.before)},
                                 {"after", object_of(change.after)},
                                 {"changed", json::value_from(change.keys)},
                                 {"evidence_changed", change.evidence_differs}});
  return printable_json(json::serialize(json::object{{"file", name},
                                                     {"attempt", regrade.after.attempt},
                                                     {"learner", regrade.learner},
                                                     {"scenario", regrade.after.scenario},
                                                     {"differs", regrade.verdict_differs()},
                                                     {"before", object_of(regrade.before)},
                                                     {"after", object_of(regrade.after)},
                                                     {"rules", std::move(rules)}}));
}

}  // namespace ride::scorer
