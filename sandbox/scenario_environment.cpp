#include <algorithm>
#include <set>

#include "sandbox/cluster.hpp"
#include "sandbox/files.hpp"
#include "sandbox/scenario_grants.hpp"
#include "sandbox/scenario_parts.hpp"

namespace ride::sandbox {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t name_bytes_max = 63;  // PostgreSQL's NAMEDATALEN - 1
constexpr int transaction_ids_left_max = 1'000'000;
constexpr int connection_limit_max = 1'000;

// Names are written into SQL, file names and messages: plain ones only.
std::string name_of(const YamlNode& node) {
  const std::string name = node.filled_text();
  const auto fine = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  if (!std::all_of(name.begin(), name.end(), fine) || (name[0] >= '0' && name[0] <= '9') ||
      name.size() > name_bytes_max)
    node.fail("\"" + name + "\" is no plain name: lower-case letters, digits and _ only");
  return name;
}

std::string new_role_name(const YamlNode& node) {
  const std::string name = name_of(node);
  if (name == superuser_role || name == learner_role_name || name == check_role ||
      name == standby_role || name.starts_with("pg_"))
    node.fail("role \"" + name + "\" is ride's or PostgreSQL's own");
  return name;
}

std::vector<std::string> role_names(const Scenario& scenario) {
  std::vector<std::string> out;
  for (const auto& role : scenario.environment.roles) out.push_back(role.name);
  return out;
}

std::string known_role(const YamlNode& node, const Scenario& scenario) {
  const std::string name = name_of(node);
  const auto names = role_names(scenario);
  if (std::find(names.begin(), names.end(), name) != names.end()) return name;
  const auto near = nearest_word(name, names);
  node.fail("environment.roles has no role \"" + name + "\"" +
            (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
}

// Roles that somebody becomes a member of; PostgreSQL's predefined ones only if they cannot lead to
// superuser.
std::vector<std::string> groups(const YamlNode& node, const Scenario& scenario) {
  static const std::set<std::string> predefined{
      "pg_monitor",        "pg_signal_backend",   "pg_read_all_settings",
      "pg_read_all_stats", "pg_stat_scan_tables", "pg_read_all_data",
      "pg_write_all_data", "pg_checkpoint",       "pg_maintain"};
  std::vector<std::string> out;
  const auto found = node.find("member_of");
  if (!found) return out;
  for (const auto& item : found->items()) {
    const bool known = predefined.count(item.filled_text()) != 0;
    out.push_back(known ? item.filled_text() : known_role(item, scenario));
  }
  return out;
}

void read_roles(const YamlNode& environment, Scenario& scenario) {
  const auto list = environment.find("roles");
  if (!list) return;
  for (const auto& item : list->items()) {
    Role role;
    role.name = new_role_name(item.at("name"));
    if (const auto login = item.find("login")) role.login = login->flag();
    if (const auto replication = item.find("replication")) role.replication = replication->flag();
    if (const auto limit = item.find("connection_limit"))
      role.connection_limit = static_cast<int>(limit->number(0, connection_limit_max));
    const auto names = role_names(scenario);
    if (std::find(names.begin(), names.end(), role.name) != names.end())
      item.fail("role \"" + role.name + "\" stands there twice");
    scenario.environment.roles.push_back(role);
  }
  std::size_t index = 0;  // a second pass: roles may name each other
  for (const auto& item : list->items())
    scenario.environment.roles[index++].member_of = groups(item, scenario);
}

SeedFile read_seed(const YamlNode& node, const Scenario& scenario, std::size_t& bytes_left) {
  const fs::path& folder = scenario.directory;
  SeedFile seed;
  seed.path = node.filled_text();
  const fs::path relative(seed.path);
  const bool climbs = std::any_of(relative.begin(), relative.end(),
                                  [](const fs::path& part) { return part == ".."; });
  if (relative.is_absolute() || climbs)
    node.fail("\"" + seed.path + "\" must stay inside the scenario's folder");
  const auto file = folder / relative;
  std::error_code error;
  const auto real = fs::canonical(file, error);
  if (error || !fs::is_regular_file(real)) node.fail("there is no file " + file.string());
  const auto inside = real.lexically_relative(fs::canonical(folder));
  if (inside.empty() || *inside.begin() == "..")
    node.fail("\"" + seed.path + "\" must stay inside the scenario's folder");
  if (fs::file_size(real) > bytes_left) node.fail("the seed files are too large");
  seed.sql = read_file(real, bytes_left);
  bytes_left -= seed.sql.size();
  seed.sql = drawn_text(file.string(), seed.sql, scenario.values);
  return seed;
}

void read_databases(const YamlNode& environment, const ScenarioLimits& limits, Scenario& scenario) {
  std::size_t bytes_left = limits.seed_bytes_max;
  const auto list = environment.at("databases");
  for (const auto& item : list.items()) {
    DatabaseSpec database;
    database.name = name_of(item.at("name"));
    if (database.name == "postgres" || database.name.starts_with("template"))
      item.at("name").fail("database \"" + database.name + "\" is PostgreSQL's own");
    for (const auto& other : scenario.environment.databases) {
      if (other.name == database.name)
        item.fail("database \"" + database.name + "\" stands there twice");
    }
    database.owner = known_role(item.at("owner"), scenario);
    if (const auto seeds = item.find("seed")) {
      for (const auto& seed : seeds->items())
        database.seed.push_back(read_seed(seed, scenario, bytes_left));
    }
    scenario.environment.databases.push_back(std::move(database));
  }
  if (scenario.environment.databases.empty()) list.fail("a scenario needs a database");
  if (scenario.environment.databases.size() > static_cast<std::size_t>(limits.databases_max))
    list.fail("more than " + std::to_string(limits.databases_max) + " databases");
}

std::map<std::string, std::string> read_settings(const YamlNode& node) {
  std::map<std::string, std::string> out;
  const auto settings = node.find("settings");
  if (!settings) return out;
  for (const auto& [name, value] : settings->entries()) {
    if (!may_be_set_by_scenario(name))
      value.fail("setting \"" + name + "\" is ride's own, runs a program, or is none");
    out[name] = value.text();
  }
  return out;
}

void read_servers(const YamlNode& environment, const ScenarioLimits& limits, Scenario& scenario) {
  const auto list = environment.find("servers");
  if (!list) return;
  auto& servers = scenario.environment.servers;
  for (const auto& item : list->items()) {
    ServerSpec server;
    server.name = name_of(item.at("name"));
    if (server.name == "main") item.at("name").fail("\"main\" is the server that is always there");
    for (const auto& other : servers)
      if (other.name == server.name) item.fail("server \"" + server.name + "\" stands there twice");
    if (item.at("kind").filled_text() != "standby") item.at("kind").fail("a kind is standby");
    server.settings = read_settings(item);
    servers.push_back(std::move(server));
  }
  if (servers.size() > static_cast<std::size_t>(limits.servers_max))
    list->fail("more than " + std::to_string(limits.servers_max) + " servers beside the main one");
  if (!servers.empty() && scenario.environment.docker)
    list->fail("servers beside the main one are local ones alone: write \"modes: [local]\"");
}

void read_modes(const YamlNode& environment, Scenario& scenario) {
  const auto modes = environment.find("modes");
  if (!modes) return;
  scenario.environment.local = scenario.environment.docker = false;
  for (const auto& item : modes->items()) {
    const auto mode = item.filled_text();
    if (mode != "local" && mode != "docker") item.fail("a mode is local or docker");
    (mode == "local" ? scenario.environment.local : scenario.environment.docker) = true;
  }
  if (!scenario.environment.local && !scenario.environment.docker)
    modes->fail("name at least one of local and docker");
}

// Advancing them takes the server's own programs while it is down, and a template to keep the
// outcome: what local servers have.
void read_transaction_ids(const YamlNode& environment, Scenario& scenario) {
  const auto ids = environment.find("transaction_ids");
  if (!ids) return;
  scenario.environment.transaction_ids_left =
      static_cast<std::uint32_t>(ids->at("left").number(1, transaction_ids_left_max));
  if (scenario.environment.docker)
    ids->fail("\"transaction_ids\" needs a local server: say modes: [local]");
}

void read_learner(const YamlNode& root, Scenario& scenario) {
  scenario.learner.database = scenario.environment.databases.front().name;
  const auto learner = root.find("learner");
  if (!learner) return;
  if (const auto database = learner->find("database"))
    scenario.learner.database = known_database(*database, scenario).name;
  scenario.learner.member_of = groups(*learner, scenario);
  scenario.learner.grants = learner->texts("grants");
  const auto grants = learner->find("grants");
  if (!grants) return;
  for (const auto& item : grants->items()) {
    const auto grant = item.filled_text();
    const auto colon = grant.find(": GRANT ");
    const auto& databases = scenario.environment.databases;
    if (colon != std::string::npos &&
        std::none_of(databases.begin(), databases.end(),
                     [&](const DatabaseSpec& one) { return one.name == grant.substr(0, colon); }))
      item.fail("environment.databases has no database \"" + grant.substr(0, colon) + "\"");
    const auto trouble =
        trouble_with_grant(colon == std::string::npos ? grant : grant.substr(colon + 2));
    if (!trouble.empty()) item.fail(trouble);
  }
}

}  // namespace

const DatabaseSpec& known_database(const YamlNode& node, const Scenario& scenario) {
  const auto name = node.filled_text();
  std::vector<std::string> names;
  for (const auto& database : scenario.environment.databases) {
    if (database.name == name) return database;
    names.push_back(database.name);
  }
  const auto near = nearest_word(name, names);
  node.fail("environment.databases has no database \"" + name + "\"" +
            (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
}

std::string server_of(const YamlNode& node, const Scenario& scenario) {
  const auto server = node.find("server");
  if (!server) return "";
  const auto name = server->filled_text();
  std::vector<std::string> names;
  for (const auto& one : scenario.environment.servers) {
    if (one.name == name) return name;
    names.push_back(one.name);
  }
  const auto near = nearest_word(name, names);
  server->fail("environment.servers has no server \"" + name + "\"" +
               (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
}

void read_environment(const YamlNode& root, const ScenarioLimits& limits, Scenario& scenario) {
  const auto environment = root.at("environment");
  if (const auto postgres = environment.find("postgres")) {
    auto& out = scenario.environment;
    if (const auto min = postgres->find("min"))
      out.postgres_min = static_cast<int>(min->number(15, 99));
    if (const auto max = postgres->find("max"))
      out.postgres_max = static_cast<int>(max->number(out.postgres_min, 99));
  }
  read_modes(environment, scenario);
  read_transaction_ids(environment, scenario);
  scenario.environment.settings = read_settings(environment);
  read_servers(environment, limits, scenario);
  read_roles(environment, scenario);
  read_databases(environment, limits, scenario);
  scenario.environment.extensions = environment.texts("extensions");
  read_learner(root, scenario);
}

}  // namespace ride::sandbox
