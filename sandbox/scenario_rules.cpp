#include <algorithm>

#include "sandbox/scenario_parts.hpp"
#include "scorer/rule_runner.hpp"

namespace ride::sandbox {
namespace {

constexpr int points_max = 100;

int points(const YamlNode& node) {
  return static_cast<int>(node.at("points").number(0, points_max));
}

void read_identity(const YamlNode& root, scorer::Rules& rules) {
  rules.id = root.at("id").filled_text();
  rules.version = static_cast<int>(root.at("version").number(1, 1'000'000));
  rules.title = root.at("title").filled_text();
  rules.topic = root.at("topic").filled_text();
  rules.level = root.at("level").filled_text();
  rules.minutes = root.at("minutes").filled_text();
  const auto brief = root.at("brief");
  rules.brief.alert = brief.at("alert").filled_text();
  rules.brief.impact = brief.at("impact").filled_text();
  if (brief.at("done").items().empty()) brief.at("done").fail("say what done means");
  rules.brief.done = brief.texts("done");
  if (const auto weights = root.find("weights")) {
    rules.weights.detect = static_cast<int>(weights->at("detect").number(0, points_max));
    rules.weights.fix = static_cast<int>(weights->at("fix").number(0, points_max));
    rules.weights.trap = static_cast<int>(weights->at("trap").number(0, points_max));
  }
}

void read_detect(const YamlNode& root, scorer::Rules& rules) {
  for (const auto& item : root.at("detect").items()) {
    rules.detect.push_back({item.at("id").filled_text(), item.at("title").filled_text(),
                            points(item), item.at("seen").filled_text(),
                            item.text_or("unknown", ""), item.at("why").filled_text(),
                            item.at("missing").filled_text(), item.text_or("nudge", "")});
  }
}

// `scenario` to look names up in; null: they are not drawn yet.
void read_fix(const YamlNode& root, const Scenario* scenario, scorer::Rules& rules) {
  for (const auto& item : root.at("fix").items()) {
    scorer::FixCheck check;
    check.id = item.at("id").filled_text();
    check.title = item.at("title").filled_text();
    check.points = points(item);
    check.tables = item.texts("tables");
    check.sql = item.text_or("sql", "");
    if (!check.sql.empty() || !check.tables.empty() || item.has("database")) {
      check.database = item.at("database").filled_text();
      if (scenario != nullptr) known_database(item.at("database"), *scenario);
    }
    if (!check.sql.empty()) check.expect = item.at("expect").text();
    if (const auto workload = item.find("workload")) {
      for (const auto& name : workload->items()) {
        check.workload.push_back(name.filled_text());
        if (scenario != nullptr && !known_actor(name, *scenario).workload)
          name.fail("actor \"" + check.workload.back() + "\" has no workload");
      }
    }
    check.facts = item.text_or("facts", "");
    check.why = item.at("why").filled_text();
    check.missing = item.at("missing").filled_text();
    rules.fix.push_back(std::move(check));
  }
}

void read_traps(const YamlNode& root, scorer::Rules& rules) {
  for (const auto& item : root.at("traps").items()) {
    scorer::Trap trap;
    trap.id = item.at("id").filled_text();
    trap.title = item.at("title").filled_text();
    trap.points = points(item);
    if (const auto grave = item.find("grave")) trap.grave = grave->flag();
    if (const auto cap = item.find("cap")) trap.cap = static_cast<int>(cap->number(0, points_max));
    trap.sprung = item.at("sprung").filled_text();
    trap.unknown = item.text_or("unknown", "");
    trap.why = item.at("why").filled_text();
    rules.traps.push_back(std::move(trap));
  }
}

void read_afterwards(const YamlNode& root, scorer::Rules& rules) {
  rules.hints = root.texts("hints");
  const auto story = root.at("postmortem");
  rules.postmortem = {story.at("cause").filled_text(), story.at("seen").filled_text(),
                      story.at("fix").filled_text(), story.at("worse").filled_text(),
                      story.at("lesson").filled_text()};
  for (const auto& item : root.at("checklist").items()) {
    item.at("checks");  // required
    rules.checklist.push_back({item.at("title").filled_text(), item.texts("checks")});
  }
}

scorer::Rules rules_in(const YamlNode& root, const Scenario* scenario) {
  scorer::Rules rules;
  read_identity(root, rules);
  read_detect(root, rules);
  read_fix(root, scenario, rules);
  read_traps(root, rules);
  read_afterwards(root, rules);
  return rules;
}

// Where in the file the grading half's own validation found something wrong.
YamlNode place_of(const YamlNode& root, const scorer::Problem& problem) {
  const auto section = problem.section.empty() ? std::nullopt : root.find(problem.section);
  if (!section) return problem.key.empty() ? root : root.find(problem.key).value_or(root);
  if (problem.id.empty()) return section->find(problem.key).value_or(*section);
  for (const auto& item : section->items()) {
    if (item.text_or(problem.section == "checklist" ? "title" : "id", "") != problem.id) continue;
    return item.find(problem.key).value_or(item);
  }
  return *section;
}

void refuse(const YamlNode& root, const std::vector<scorer::Problem>& problems) {
  if (problems.empty()) return;
  const auto& first = problems.front();
  const auto what = first.id.empty() ? first.section : first.id;
  std::string message = (what.empty() ? "" : what + ": ") +
                        (first.key.empty() ? "" : first.key + ": ") + first.message;
  if (problems.size() > 1)
    message += " (and " + std::to_string(problems.size() - 1) + " more like it)";
  place_of(root, first).fail(message);
}

void read_check_servers(const YamlNode& root, Scenario& scenario) {
  for (const auto& item : root.at("fix").items())
    if (const auto server = server_of(item, scenario); !server.empty())
      scenario.check_servers[item.at("id").filled_text()] = server;
}

}  // namespace

void read_rules(const YamlNode& root, Scenario& scenario) {
  scenario.rules_as_written = rules_in(root.as_written(), nullptr);
  scenario.rules = rules_in(root, &scenario);
  read_check_servers(root, scenario);
  refuse(root, scorer::validate(scenario.rules));
  refuse(root, scorer::check_rule_sql(scenario.rules));
}

}  // namespace ride::sandbox
