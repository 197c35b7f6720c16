#include "cli/trial.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/player.hpp"
#include "cli/recording.hpp"
#include "cli/script.hpp"
#include "journal/facts/facts.hpp"
#include "journal/reader.hpp"
#include "journal/sha256.hpp"
#include "journal/writer.hpp"
#include "scorer/card.hpp"
#include "scorer/score.hpp"
#include "sql/worker.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto probes_limit = 15s;
constexpr auto probes_pause = 50ms;
constexpr auto wait_limit = 30s;  // of a script
constexpr std::size_t errors_shown = 3;

std::string read_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in.is_open() || in.bad()) throw Failure("cannot read " + file.string());
  return text;
}

// What a thorough person looks at before and after, in each database: sessions, locks, every table.
// One with a limit of connections may be full, which ends a psql that wants in.
std::string much_reading(const sandbox::Scenario& scenario) {
  std::string out;
  for (const auto& database : scenario.environment.databases)
    out += "SELECT datconnlimit < 0 AS open FROM pg_database WHERE datname = '" + database.name +
           "' \\gset\n\\if :open\n\\connect " + database.name +
           "\nSET statement_timeout = '2s';\nSET lock_timeout = '300ms';\n"
           "SELECT * FROM pg_stat_activity;\nSELECT * FROM pg_locks;\n"
           "SELECT pid, pg_blocking_pids(pid) FROM pg_stat_activity;\n"
           "SELECT * FROM pg_stat_user_tables;\nSELECT * FROM pg_stat_user_indexes;\n"
           "SELECT * FROM pg_settings LIMIT 40;\nSELECT * FROM pg_prepared_xacts;\n"
           "\\dn+\n\\d+\n\\di+\n\\du\n\\l\n\\dp\n\\ddp\n\\df\n\\drds\n"
           "SELECT format('SELECT * FROM %I.%I LIMIT 5', schemaname, tablename) FROM pg_tables "
           "WHERE schemaname <> 'information_schema' AND schemaname !~ '^pg_' \\gexec\n"
           "SELECT count(*) FROM information_schema.columns;\n"
           "EXPLAIN SELECT 1;\nSELECT no_such_column;\n\\endif\n";
  return out + "\\connect " + scenario.learner.database + "\n";
}

// The server's refusals, which is what an author wants to see of a script that failed.
std::string errors_in(const std::string& output) {
  std::istringstream in(output);
  std::string out;
  std::size_t shown = 0;
  for (std::string line; std::getline(in, line) && shown < errors_shown;)
    if (line.find("ERROR:") != std::string::npos || line.find("FATAL:") != std::string::npos) {
      out += "; " + line;
      ++shown;
    }
  return out;
}

std::string digest_of_start(const journal::facts::Facts& facts) {
  journal::Sha256 digest;
  for (const auto& row : facts.catalog) {
    if (row.moment != "start" || row.property == "oid") continue;
    digest.add(row.database.value_or("") + "\t" + row.object_class + "\t" + row.object + "\t" +
               row.property + "\t" + row.value.value_or("") + "\n");
  }
  std::string out;
  for (const auto byte : digest.finish()) {
    out += "0123456789abcdef"[byte >> 4U];
    out += "0123456789abcdef"[byte & 15U];
  }
  return out;
}

// What an author cannot see on a card: why a check had no value, and what stopped a workload.
std::string troubles_in(const journal::facts::Facts& facts) {
  std::string out;
  for (const auto& check : facts.checks)
    if (check.state == "unreadable" && check.moment == "before")
      out += "; check " + check.id + ": " + check.message.value_or("");
  for (const auto& workload : facts.workloads)
    if (workload.sqlstate.value_or("") != "")
      out += "; workload of " + workload.actor + ": " + *workload.sqlstate + ": " +
             workload.message.value_or("");
  return out;
}

}  // namespace

Trial::Trial(fs::path folder, Home home, TrialOptions options)
    : folder_(std::move(folder)),
      home_(std::move(home)),
      options_(std::move(options)),
      scenario_(sandbox::load_scenario(folder_)) {}

Trial::~Trial() = default;

Tried Trial::run(const Trying& trying) {
  try {
    scenario_ = sandbox::load_scenario(folder_, {.seed = trying.seed});
    return trying.task == Task::seed ? seed() : attempt(trying);
  } catch (const std::exception& error) {
    run_.reset();  // the next one begins afresh
    return {false, error.what(), "", ""};
  }
}

Tried Trial::seed() {
  const Clock clock;
  const auto file = home_.attempts() / "seed.ride";
  std::array<std::string, 2> contents;
  for (auto& content : contents) {
    journal::Writer writer(file, recording_options("process", {}));
    sandbox::Options options;
    options.mode = sandbox_mode(options_.sandbox);
    options.postgres = options_.postgres;
    options.offline = true;
    options.home = home_.root.string();
    options.cache = home_.cache();
    auto sandbox = sandbox::Sandbox::boot(scenario_, options, writer.shared(), clock);
    for (const auto& probe : sandbox->probes())
      if (probe.state == "unhealthy")
        return {false, "the probe " + probe.id + " is not healthy on the seed: " + probe.value, "",
                ""};
    content = sandbox->fingerprint();
    sandbox->stop();
    writer.close();
    remove_attempt_file(file);
  }
  if (contents[0] != contents[1]) return {false, "two starts do not have the same rows", "", ""};
  return {true, "", "", ""};
}

RunState Trial::first_state(std::uint32_t seed) const {
  RunState state;
  state.name = "check-" + std::to_string(runs_);
  state.scenario = scenario_.rules.id;
  state.scenario_folder = fs::absolute(folder_).string();
  state.learner = "check";
  state.seed = seed;
  state.requested_sandbox = options_.sandbox;
  state.postgres = options_.postgres;
  state.offline = true;
  state.listen = "127.0.0.1";
  state.file = (home_.attempts() / (state.name + ".ride")).string();
  return state;
}

void Trial::begin(std::uint32_t seed) {
  if (run_) {
    run_->reset({}, seed);
    ++number_;
  } else {
    ++runs_;
    auto state = first_state(seed);
    file_ = state.file;
    auto run = std::make_unique<Run>(home_, std::move(state));
    run->begin({});
    run_ = std::move(run);
    number_ = 1;
  }
  const auto run = run_->describe();
  dsn_ = std::string(run.at("dsn").as_string());
  for (const auto& value : run.at("servers").as_array()) {
    const auto& server = value.as_object();
    servers_[std::string(server.at("name").as_string())] = server.at("dsn").as_string();
  }
}

std::string Trial::probes_not(const std::string& state) {
  std::string out;
  const auto status = run_->status();
  for (const auto& item : status.at("probes").as_array()) {
    const auto& probe = item.as_object();
    if (probe.at("state").as_string() == state) continue;
    out += (out.empty() ? "" : ", ") + std::string(probe.at("id").as_string()) + " is " +
           std::string(probe.at("state").as_string()) + " (" +
           std::string(probe.at("value").as_string()) + ")";
  }
  return out;
}

std::string Trial::await_probes(const std::string& state) {
  const auto until = std::chrono::steady_clock::now() + probes_limit;
  std::string out = probes_not(state);
  while (!out.empty() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(probes_pause);
    out = probes_not(state);
  }
  return out;
}

std::string Trial::play_script(const Trying& trying) {
  const auto file = folder_ / trying.script;
  std::string text = sandbox::drawn_text(file.string(), read_text(file), scenario_.values);
  if (trying.task == Task::reading)
    text = much_reading(scenario_) + text + "\n" + much_reading(scenario_);
  const auto steps = parse_script(text, file.string());
  PlayOptions how;
  how.dsn = dsn_;
  how.servers = servers_;
  how.wait_max = wait_limit;
  EventSource events;
  events.cursor = [this] { return run_->watch().cursor(); };
  events.find = [this](Awaited what, const std::string& name, std::uint64_t since) {
    return run_->watch().find(what, name, since);
  };
  std::ostringstream output;
  const Played played = play(steps, how, events, output);
  if (!played.ok) throw Failure(played.problems.front() + errors_in(output.str()));
  return errors_in(output.str());
}

Tried Trial::attempt(const Trying& trying) {
  begin(trying.seed);
  std::string errors;
  std::string why;
  if (trying.task == Task::noop) {
    if (const auto bad = await_probes("unhealthy"); !bad.empty())
      return {false, "with the incident in it, " + bad, "", ""};
  } else {
    errors = play_script(trying);
  }
  if (trying.task == Task::solution)
    if (const auto bad = await_probes("healthy"); !bad.empty()) why = "; afterwards " + bad;
  run_->submit({});
  scorer::ScoreOptions options;
  options.attempt = number_;
  auto verdict = scorer::score(file_, options).verdict;
  verdict.attempt = 1;
  const auto broken = broken_promise(trying, verdict);
  const auto known = facts();
  if (!broken.empty()) why = broken + troubles_in(known) + errors + why;
  return {why.empty(), why.starts_with("; ") ? why.substr(2) : why, scorer::verdict_json(verdict),
          digest_of_start(known)};
}

journal::facts::Facts Trial::facts() const {
  journal::Reader reader(file_);
  sql::Analyser analyser;
  return journal::facts::derive(reader, number_, analyser);
}

}  // namespace ride::cli
