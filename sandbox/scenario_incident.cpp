#include <algorithm>
#include <set>

#include "sandbox/scenario_parts.hpp"

namespace ride::sandbox {
namespace {

std::string login_role(const YamlNode& node, const Scenario& scenario) {
  const auto name = node.filled_text();
  std::vector<std::string> names;
  for (const auto& role : scenario.environment.roles) {
    if (role.name == name && role.login) return name;
    if (role.login) names.push_back(role.name);
  }
  const auto near = nearest_word(name, names);
  node.fail("environment.roles has no role \"" + name + "\" that can log in" +
            (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
}

bool has_parameter(const std::string& sql) { return sql.find("$1") != std::string::npos; }

std::optional<ValueRange> read_values(const YamlNode& node, const Operation& operation) {
  constexpr long long bound = 1'000'000'000;
  const auto values = node.find("values");
  const bool used =
      std::any_of(operation.statements.begin(), operation.statements.end(), has_parameter);
  if (!values) {
    if (used) node.fail("a statement has $1: give \"values\" for it");
    return std::nullopt;
  }
  if (!used) values->fail("\"values\" needs a $1 in a statement");
  ValueRange range;
  range.from = values->at("from").number(-bound, bound);
  range.to = values->at("to").number(range.from, bound);
  return range;
}

// `sql`, `statements` or `transaction`, and what belongs to them.
Operation read_operation(const YamlNode& node, const ScenarioLimits& limits) {
  Operation operation;
  int given = 0;
  for (const char* key : {"sql", "statements", "transaction"}) given += node.has(key) ? 1 : 0;
  if (given > 1) node.fail("give one of \"sql\", \"statements\" and \"transaction\"");
  operation.transaction = node.has("transaction");
  if (node.has("statements") || operation.transaction) {
    const auto list = node.at(operation.transaction ? "transaction" : "statements");
    for (const auto& item : list.items()) operation.statements.push_back(item.filled_text());
    if (operation.statements.empty()) list.fail("an operation needs a statement");
    if (operation.statements.size() > static_cast<std::size_t>(limits.operation_statements_max))
      list.fail("more than " + std::to_string(limits.operation_statements_max) + " statements");
  } else {
    operation.statements.push_back(node.at("sql").filled_text());
  }
  if (const auto per_row = node.find("per_row")) {
    operation.per_row = per_row->filled_text();
    if (!has_parameter(operation.per_row)) per_row->fail("\"per_row\" needs a $1 for the value");
  }
  operation.values = read_values(node, operation);
  return operation;
}

Backoff read_backoff(const YamlNode& node, const ScenarioLimits& limits) {
  Backoff backoff;
  backoff.first_ms = static_cast<int>(node.at("first_ms").number(1, limits.within_ms_max));
  backoff.max_ms =
      static_cast<int>(node.at("max_ms").number(backoff.first_ms, limits.within_ms_max));
  return backoff;
}

Retry read_retry(const YamlNode& node, const ScenarioLimits& limits) {
  Retry retry;
  const auto errors = node.at("errors");
  retry.errors = node.texts("errors");
  const auto is_sqlstate = [](const std::string& code) {
    return code.size() == 5 && std::all_of(code.begin(), code.end(), [](char c) {
             return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
           });
  };
  if (retry.errors.empty() || !std::all_of(retry.errors.begin(), retry.errors.end(), is_sqlstate))
    errors.fail("\"errors\" is a list of SQLSTATEs, 55P03 for one");
  if (const auto times = node.find("times"))
    retry.times = static_cast<int>(times->number(1, 1'000'000));
  retry.backoff = read_backoff(node, limits);
  return retry;
}

ActorLoop read_loop(const YamlNode& node, const ScenarioLimits& limits) {
  ActorLoop loop;
  if (const auto every = node.find("every_ms"))
    loop.every_ms = static_cast<int>(every->number(1, 60'000));
  if (const auto rate = node.find("per_second")) {
    if (node.has("every_ms")) rate->fail("give one of \"every_ms\" and \"per_second\"");
    loop.per_second = static_cast<int>(rate->number(1, 1'000));
  }
  if (const auto times = node.find("times"))
    loop.times = static_cast<int>(times->number(1, 1'000'000));
  loop.operation = read_operation(node, limits);
  if (const auto retry = node.find("retry")) loop.retry = read_retry(*retry, limits);
  return loop;
}

ActorWorkload read_workload(const YamlNode& node, const ScenarioLimits& limits) {
  ActorWorkload workload;
  workload.operations =
      static_cast<int>(node.at("operations").number(1, limits.workload_operations_max));
  workload.within_ms = static_cast<int>(node.at("within_ms").number(1, limits.within_ms_max));
  if (const auto sessions = node.find("sessions"))
    workload.sessions = static_cast<int>(sessions->number(1, limits.workload_sessions_max));
  workload.operation = read_operation(node, limits);
  return workload;
}

ActorSpec read_actor(const YamlNode& node, const ScenarioLimits& limits, const Scenario& scenario) {
  ActorSpec actor;
  actor.name = node.at("name").filled_text();
  if (actor.name == "learner") node.at("name").fail("\"learner\" is not free as an actor's name");
  actor.application_name = node.text_or("application_name", actor.name);
  if (actor.application_name == "ride")
    node.at("application_name").fail("application_name \"ride\" is ride's own");
  actor.role = login_role(node.at("role"), scenario);
  actor.server = server_of(node, scenario);
  actor.database = known_database(node.at("database"), scenario).name;
  const auto fate = node.text_or("on_killed", "stay_dead");
  if (fate != "stay_dead" && fate != "reconnect")
    node.at("on_killed").fail("\"on_killed\" is stay_dead or reconnect");
  actor.on_killed = fate == "reconnect" ? OnKilled::reconnect : OnKilled::stay_dead;
  if (const auto sessions = node.find("sessions"))
    actor.sessions = static_cast<int>(sessions->number(1, limits.actor_sessions_max));
  if (const auto reconnect = node.find("reconnect")) {
    if (actor.on_killed != OnKilled::reconnect)
      reconnect->fail("\"reconnect\" needs \"on_killed: reconnect\"");
    actor.reconnect = read_backoff(*reconnect, limits);
  }
  actor.run = node.texts("run");
  if (const auto loop = node.find("loop")) actor.loop = read_loop(*loop, limits);
  if (const auto workload = node.find("workload"))
    actor.workload = read_workload(*workload, limits);
  return actor;
}

FaultStep read_step(const YamlNode& node, const Scenario& scenario) {
  FaultStep step;
  if (const auto start = node.find("start")) {
    for (const char* other : {"sql", "database", "role", "fails"})
      if (node.has(other)) node.at(other).fail("a step is either \"start\" or \"sql\"");
    step.start = known_actor(*start, scenario).name;
    return step;
  }
  step.sql = node.at("sql").filled_text();
  const auto place = node.at("database");
  const auto& database = known_database(place, scenario);
  step.database = database.name;
  step.role = node.text_or("role", database.owner);
  step.fails = node.text_or("fails", "");
  const auto& roles = scenario.environment.roles;
  if (std::none_of(roles.begin(), roles.end(),
                   [&](const Role& role) { return role.name == step.role; }))
    node.at("role").fail("environment.roles has no role \"" + step.role + "\"");
  return step;
}

void check_starts(const YamlNode& fault, const Scenario& scenario) {
  std::set<std::string> started;
  for (const auto& step : scenario.fault) {
    if (!step.start.empty() && !started.insert(step.start).second)
      fault.fail("actor \"" + step.start + "\" is started twice");
  }
}

}  // namespace

const ActorSpec& known_actor(const YamlNode& node, const Scenario& scenario) {
  const auto name = node.filled_text();
  std::vector<std::string> names;
  for (const auto& actor : scenario.actors) {
    if (actor.name == name) return actor;
    names.push_back(actor.name);
  }
  const auto near = nearest_word(name, names);
  node.fail("there is no actor \"" + name + "\"" +
            (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
}

void read_incident(const YamlNode& root, const ScenarioLimits& limits, Scenario& scenario) {
  if (const auto actors = root.find("actors")) {
    for (const auto& item : actors->items()) {
      ActorSpec actor = read_actor(item, limits, scenario);
      for (const auto& other : scenario.actors) {
        if (other.name == actor.name) item.fail("actor \"" + actor.name + "\" stands there twice");
      }
      scenario.actors.push_back(std::move(actor));
    }
    if (scenario.actors.size() > static_cast<std::size_t>(limits.actors_max))
      actors->fail("more than " + std::to_string(limits.actors_max) + " actors");
    int sessions = 0;
    for (const auto& actor : scenario.actors) sessions += actor.sessions;
    if (sessions > limits.actor_sessions_max)
      actors->fail("more than " + std::to_string(limits.actor_sessions_max) +
                   " sessions of all actors together");
  }
  const auto fault = root.at("fault");
  for (const auto& item : fault.items()) scenario.fault.push_back(read_step(item, scenario));
  check_starts(fault, scenario);
  for (const auto& item : root.at("confirm").items()) {
    Confirmation out{item.at("id").filled_text(),
                     item.at("title").filled_text(),
                     server_of(item, scenario),
                     known_database(item.at("database"), scenario).name,
                     item.at("sql").filled_text(),
                     item.at("expect").text(),
                     5'000};
    if (const auto within = item.find("within_ms"))
      out.within_ms = static_cast<int>(within->number(1, limits.within_ms_max));
    scenario.confirm.push_back(std::move(out));
  }
  if (scenario.confirm.empty()) root.at("confirm").fail("an incident needs a confirmation");
  const auto probes = root.find("probes");
  if (!probes) return;
  for (const auto& item : probes->items()) {
    scenario.probes.push_back({item.at("id").filled_text(), item.at("title").filled_text(),
                               server_of(item, scenario),
                               known_database(item.at("database"), scenario).name,
                               item.at("sql").filled_text(), item.at("healthy").text()});
  }
}

}  // namespace ride::sandbox
