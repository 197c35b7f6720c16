#include "scorer/regrade.hpp"

#include <algorithm>
#include <map>

#include "base/json.hpp"
#include "scorer/score.hpp"

namespace ride::scorer {
namespace {

namespace json = boost::json;

// The rules of one part by id, as the canonical form has them.
std::map<std::string, json::object> by_id(const Rules& rules, const char* section) {
  std::map<std::string, json::object> out;
  const auto all = json::parse(to_json(rules));
  for (const auto& rule : all.at(section).as_array())
    out[std::string(rule.at("id").as_string())] = rule.as_object();
  return out;
}

std::vector<std::string> different_keys(const json::object& one, const json::object& other) {
  std::vector<std::string> out;
  for (const auto& [key, value] : one) {
    const auto* found = other.if_contains(key);
    if (found == nullptr || *found != value) out.emplace_back(key);
  }
  for (const auto& [key, value] : other)
    if (!one.contains(key)) out.emplace_back(key);
  return out;
}

std::optional<RuleVerdict> find(const Verdict& verdict, Part part, const std::string& id) {
  for (const auto& rule : verdict.checks)
    if (rule.part == part && rule.id == id) return rule;
  return std::nullopt;
}

class Comparison {
 public:
  Comparison(const Rules& old_rules, const Verdict& before, const Rules& new_rules,
             const Verdict& after)
      : old_rules_(old_rules), before_(before), new_rules_(new_rules), after_(after) {}

  void add(Part part, const char* section) {
    const auto old_texts = by_id(old_rules_, section), new_texts = by_id(new_rules_, section);
    for (const auto& rule : after_.checks)
      if (rule.part == part) add(part, rule.id, old_texts, new_texts);
    for (const auto& rule : before_.checks)
      if (rule.part == part && !find(after_, part, rule.id))
        add(part, rule.id, old_texts, new_texts);
  }
  std::vector<RuleChange> take() { return std::move(changes_); }

 private:
  using Texts = std::map<std::string, json::object>;

  void add(Part part, const std::string& id, const Texts& old_texts, const Texts& new_texts) {
    RuleChange change{part, id, find(before_, part, id), find(after_, part, id), {}, false};
    const auto old_text = old_texts.find(id), new_text = new_texts.find(id);
    if (old_text != old_texts.end() && new_text != new_texts.end())
      change.keys = different_keys(old_text->second, new_text->second);
    if (change.before && change.after)
      change.evidence_differs = statements_of(*change.before) != statements_of(*change.after);
    if (change.verdict_differs() || change.evidence_differs || !change.keys.empty())
      changes_.push_back(std::move(change));
  }

  const Rules& old_rules_;
  const Verdict& before_;
  const Rules& new_rules_;
  const Verdict& after_;
  std::vector<RuleChange> changes_;
};

}  // namespace

bool RuleChange::verdict_differs() const {
  return !before || !after || before->mark != after->mark ||
         before->points.points != after->points.points;
}

bool Regrade::verdict_differs() const {
  return before.total.points != after.total.points || before.total.of != after.total.of ||
         before.capped_by != after.capped_by ||
         std::any_of(changes.begin(), changes.end(),
                     [](const auto& change) { return change.verdict_differs(); });
}

std::vector<RuleChange> compare(const Rules& old_rules, const Verdict& before,
                                const Rules& new_rules, const Verdict& after) {
  Comparison comparison(old_rules, before, new_rules, after);
  comparison.add(Part::detect, "detect");
  comparison.add(Part::fix, "fix");
  comparison.add(Part::trap, "traps");
  return comparison.take();
}

Regrade regrade(const std::filesystem::path& file, std::uint32_t attempt, const Rules& rules) {
  const auto before = score(file, {.attempt = attempt});
  const auto after = score(file, {.attempt = attempt, .rules = &rules});
  return {before.detail.learner, before.verdict, after.verdict,
          compare(before.rules, before.verdict, after.rules, after.verdict)};
}

}  // namespace ride::scorer
