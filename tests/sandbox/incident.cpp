#include "tests/sandbox/incident.hpp"

#include <algorithm>
#include <fstream>

#include "journal/event_json.hpp"
#include "journal/facts/bypasses.hpp"
#include "journal/reader.hpp"

namespace ride::test {

using namespace std::chrono_literals;

const char* const shop_yaml = R"(format: 1
id: test/shop
version: 1
title: Shop
topic: Tests
level: L1
minutes: 1-2
brief: {alert: "orders hang", impact: "none", done: ["orders go through"]}
environment:
  postgres: {min: 15, max: 18}
  settings: {deadlock_timeout: 100ms}
  roles:
    - {name: shop_owner, login: false}
    - {name: shop_user, login: true}
    - {name: deployer, login: true, member_of: [shop_owner]}
  databases:
    - {name: shop, owner: shop_owner, seed: [seed/shop.sql]}
learner: {database: shop, member_of: [shop_owner]}
actors:
  - name: runner
    role: deployer
    database: shop
    on_killed: stay_dead
    run: ["BEGIN", "LOCK TABLE public.orders IN SHARE ROW EXCLUSIVE MODE"]
  - name: writer
    role: shop_user
    database: shop
    on_killed: reconnect
    loop:
      every_ms: 20
      values: {from: 1, to: 5}
      sql: UPDATE public.orders SET note = 'x' WHERE id = $1
    workload:
      operations: 3
      within_ms: 2000
      values: {from: 6, to: 8}
      sql: UPDATE public.orders SET note = 'y' WHERE id = $1
fault:
  - {database: shop, role: deployer, sql: ALTER TABLE public.orders ADD COLUMN release_id text}
  - {start: runner}
  - {start: writer}
confirm:
  - id: blocked
    title: writer waits
    database: shop
    sql: SELECT count(*) FROM pg_catalog.pg_locks WHERE NOT granted
    expect: "1"
probes:
  - id: waiting
    title: waiting
    database: shop
    sql: SELECT count(*) FROM pg_catalog.pg_locks WHERE NOT granted
    healthy: "0"
detect:
  - {id: looked, title: "Looked", points: 40, seen: "SELECT n AS statement FROM statements", why: "looked", missing: "never looked"}
fix:
  - id: rows
    title: Rows are there
    points: 40
    database: shop
    tables: [public.orders]
    sql: SELECT count(*) FROM public.orders
    expect: "10"
    workload: [writer]
    why: rows are there
    missing: rows are gone
traps:
  - {id: none, title: "None", points: 20, sprung: "SELECT n AS statement FROM statements WHERE n < 0", why: "#{statement}"}
hints: ["look", "look at locks", "locks queue"]
postmortem: {cause: "a", seen: "b", fix: "c", worse: "d", lesson: "e"}
checklist:
  - {title: "Done", checks: [rows]}
)";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  if (at == std::string::npos) throw std::logic_error("the test's YAML has no " + what);
  return text.replace(at, what.size(), by);
}

ScenarioFolder::ScenarioFolder(const std::string& yaml) {
  std::filesystem::create_directory(folder_ / "seed");
  std::ofstream(folder_ / "scenario.yaml") << yaml;
  std::ofstream(folder_ / "seed/shop.sql")
      << "CREATE TABLE public.orders (id int PRIMARY KEY, note text);"
         "INSERT INTO public.orders SELECT g FROM generate_series(1, 10) g;"
         "GRANT SELECT, INSERT, UPDATE ON public.orders TO shop_user;";
}

std::filesystem::path shared_cache() { return std::filesystem::current_path() / "test-templates"; }

Incident::Incident(sandbox::Mode mode, const std::string& yaml, const std::filesystem::path& cache)
    : folder_(yaml),
      scenario_(sandbox::load_scenario(folder_.path())),
      writer_(home_ / "test.ride") {
  sandbox::Options options;
  options.mode = mode;
  options.cache = cache;
  options.progress = [this](const std::string& line) { progress_.push_back(line); };
  options.on_actor = [this](const sandbox::ActorNote& note) {
    const std::lock_guard lock(mutex_);
    states_.push_back(note.actor + " " + note.state +
                      (note.sqlstate.empty() ? "" : " " + note.sqlstate));
  };
  sandbox_ = sandbox::Sandbox::boot(scenario_, options, writer_.shared(), clock_);
}

Incident::~Incident() { sandbox_->stop(); }

sandbox::Endpoint Incident::endpoint() const {
  return {std::filesystem::path(sandbox_->socket_path()).parent_path().string(), 5432};
}

sandbox::Session Incident::login(const std::string& role, const std::string& password,
                                 const std::string& database) const {
  return sandbox::Session::open(
      {endpoint(), role, Secret(password), database, "test", "", 10'000ms});
}

sandbox::Session Incident::oncall(const std::string& database) const {
  return login("oncall", "", database);
}

std::vector<boost::json::object> Incident::events(const std::string& kind) {
  writer_.flush();
  journal::Reader reader(writer_.file());
  std::vector<boost::json::object> out;
  for (const auto& event : reader.all()) {
    auto json = journal::to_json(event);
    if (json.at("kind").as_string() == kind) out.push_back(std::move(json));
  }
  return out;
}

std::vector<std::string> Incident::logged(const std::string& part) {
  sandbox_->fence();
  std::vector<std::string> out;
  for (const auto& event : events("log_line")) {
    const std::string line(event.at("text").as_string());
    const auto parsed = boost::json::parse(line);
    const auto* message = parsed.as_object().if_contains("message");
    const std::string text = message != nullptr ? std::string(message->as_string()) : "";
    if (text.find(part) != std::string::npos) out.push_back(text);
  }
  return out;
}

std::vector<std::string> Incident::bypasses() {
  namespace facts = journal::facts;
  sandbox_->fence();
  writer_.flush();
  journal::Reader reader(writer_.file());
  const auto timeline = facts::make_timeline(reader.all());
  std::vector<std::string> out;
  for (const auto& one : facts::find_bypasses(timeline, facts::Record::ended))
    out.push_back(one.user + "@" + one.database + " " + one.application);
  return out;
}

std::vector<std::string> Incident::states() const {
  const std::lock_guard lock(mutex_);
  return states_;
}

bool Incident::reached(const std::string& state) const {
  const auto all = states();
  return std::find(all.begin(), all.end(), state) != all.end();
}

}  // namespace ride::test
