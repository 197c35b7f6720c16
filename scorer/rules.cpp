#include "scorer/rules.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace ride::scorer {
namespace {

constexpr std::array<std::string_view, 5> placeholders{"statement", "actor", "outcome", "sqlstate",
                                                       "object"};

class Checker {
 public:
  explicit Checker(std::vector<Problem>& problems) : problems_(problems) {}

  void at(std::string section, std::string id) {
    section_ = std::move(section);
    id_ = std::move(id);
  }
  void problem(std::string key, std::string message) {
    problems_.push_back({section_, id_, std::move(key), std::move(message)});
  }
  void not_empty(const char* key, std::string_view value) {
    if (value.find_first_not_of(" \t\r\n") == std::string_view::npos)
      problem(key, "must not be empty");
  }
  void points(int points) {
    if (points <= 0) problem("points", "must be above 0");
  }

  // A sentence of the card. `fillable`: rows may stand behind it, so that placeholders make sense.
  void sentence(const char* key, std::string_view text, bool fillable) {
    not_empty(key, text);
    for (std::size_t open = text.find('{'); open != text.npos; open = text.find('{', open + 1)) {
      const auto close = text.find('}', open);
      if (close == text.npos) return problem(key, "has \"{\" without \"}\"");
      const auto name = text.substr(open + 1, close - open - 1);
      if (!is_placeholder(name)) {
        problem(key, "has the unknown placeholder {" + std::string(name) +
                         "}; known: {statement} {actor} {outcome} {sqlstate} {object}");
      } else if (!fillable) {
        problem(key, "has {" + std::string(name) + "}, but no row stands behind this sentence");
      }
    }
  }

  // Ids are unique over detect, fix and traps together: the checklist names them without a section.
  void identity(const std::string& id, const std::string& title) {
    not_empty("id", id);
    not_empty("title", title);
    if (!id.empty() && !ids_.insert(id).second) problem("id", "\"" + id + "\" is used twice");
  }
  bool known(const std::string& id) const { return ids_.contains(id); }

 private:
  std::vector<Problem>& problems_;
  std::set<std::string> ids_;
  std::string section_;
  std::string id_;
};

void check_detect(Checker& check, const DetectItem& item) {
  check.at("detect", item.id);
  check.identity(item.id, item.title);
  check.points(item.points);
  check.not_empty("seen", item.seen);
  check.sentence("why", item.why, true);
  check.sentence("missing", item.missing, false);
}

void check_fix(Checker& check, const FixCheck& fix) {
  check.at("fix", fix.id);
  check.identity(fix.id, fix.title);
  check.points(fix.points);
  if (fix.sql.empty() && fix.workload.empty() && fix.facts.empty())
    check.problem("", "needs at least one of sql, workload and facts");
  if (!fix.sql.empty()) check.not_empty("database", fix.database);
  if (fix.sql.empty() && !fix.tables.empty()) check.problem("tables", "is given without sql");
  check.sentence("why", fix.why, false);
  check.sentence("missing", fix.missing, !fix.facts.empty());
}

void check_trap(Checker& check, const Trap& trap) {
  check.at("traps", trap.id);
  check.identity(trap.id, trap.title);
  check.points(trap.points);
  check.not_empty("sprung", trap.sprung);
  check.sentence("why", trap.why, true);
  if (!trap.cap) return;
  if (!trap.grave) check.problem("cap", "is given for a trap that is not grave");
  if (*trap.cap < 0 || *trap.cap > 100) check.problem("cap", "must be between 0 and 100");
}

template <typename Entries>
int sum_of_points(const Entries& entries) {
  int sum = 0;
  for (const auto& entry : entries) sum += entry.points;
  return sum;
}

void check_weights(Checker& check, const Rules& rules) {
  check.at("weights", "");
  const auto& weights = rules.weights;
  if (weights.detect < 0 || weights.fix < 0 || weights.trap < 0)
    check.problem("", "must not be below 0");
  if (weights.detect + weights.fix + weights.trap <= 0) check.problem("", "must not all be 0");
  const auto equal = [&](const char* key, int weight, int sum) {
    if (weight == sum) return;
    check.problem(key, "is " + std::to_string(weight) +
                           ", but the points of its entries add up to " + std::to_string(sum));
  };
  equal("detect", weights.detect, sum_of_points(rules.detect));
  equal("fix", weights.fix, sum_of_points(rules.fix));
}

void check_checklist(Checker& check, const ChecklistBox& box) {
  check.at("checklist", box.title);
  check.not_empty("title", box.title);
  if (box.checks.empty()) check.problem("checks", "must name at least one check");
  for (const auto& id : box.checks)
    if (!check.known(id))
      check.problem("checks", "names \"" + id + "\", which is no detect item, fix check or trap");
}

}  // namespace

bool is_placeholder(std::string_view name) {
  return std::find(placeholders.begin(), placeholders.end(), name) != placeholders.end();
}

std::vector<Problem> validate(const Rules& rules) {
  std::vector<Problem> problems;
  Checker check(problems);
  check.not_empty("id", rules.id);
  check.not_empty("title", rules.title);
  if (rules.version < 1) check.problem("version", "must be at least 1");
  for (const auto& hint : rules.hints) check.not_empty("hints", hint);
  for (const auto& item : rules.detect) check_detect(check, item);
  for (const auto& fix : rules.fix) check_fix(check, fix);
  for (const auto& trap : rules.traps) check_trap(check, trap);
  check_weights(check, rules);
  for (const auto& box : rules.checklist) check_checklist(check, box);
  return problems;
}

}  // namespace ride::scorer
