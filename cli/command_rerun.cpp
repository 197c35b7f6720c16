// `ride replay FILE --run`: carries an attempt out again in a fresh sandbox, and compares; a
// recording of the proxy on another server. `--fork N` does so up to N, in the run that it begins.
#include "cli/command_rerun.hpp"

#include <algorithm>
#include <iostream>
#include <optional>
#include <utility>

#include "base/json.hpp"
#include "cli/control.hpp"
#include "cli/current.hpp"
#include "cli/failure.hpp"
#include "cli/receipt.hpp"
#include "cli/rerun_login.hpp"
#include "cli/rerun_print.hpp"
#include "cli/rerun_sandbox.hpp"
#include "cli/rerun_target.hpp"
#include "cli/signals.hpp"
#include "cli/supervisor.hpp"
#include "cli/terminal.hpp"
#include "journal/fields.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "replay/rerun_compare.hpp"
#include "replay/rerun_plan.hpp"
#include "replay/story.hpp"
#include "sandbox/local_server.hpp"
#include "scorer/score.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;
using journal::Field;
using journal::Fields;
using journal::Kind;

struct Source {
  std::string file;
  std::uint32_t attempt = 0;
  std::string scenario;  // empty: a recording of ride proxy
  std::string learner;
  std::string server_version;
  std::uint32_t seed = 0;
  scorer::Values values;
  int hint_cost = 0;
  bool submitted = false;
};

// What the server told a session of the recording.
std::string reported_version(journal::Reader& reader) {
  auto cursor = reader.events({.attempt = {}, .kinds = {Kind::connection_ready}, .after = 0});
  journal::Event event;
  if (!cursor.next(event)) return "";
  const std::string settings(Fields(event.body).get_bytes(Field::parameters));
  const std::string name("server_version\0", 15);
  const auto at = settings.find(name);
  return at == std::string::npos ? "" : settings.substr(at + name.size()).c_str();
}

Source source_of(journal::Reader& reader, const Replay& options) {
  Source out;
  out.file = options.file;
  out.attempt = replay::choose_attempt(reader, options.attempt);
  for (const auto& event : reader.all(
           {.attempt = {}, .kinds = {Kind::run_began, Kind::attempt_began, Kind::submit_ended}})) {
    const Fields fields(event.body);
    if (event.kind == Kind::run_began) {
      if (fields.has(Field::text)) out.scenario = scorer::rules_of(reader).id;
      out.learner = fields.get_bytes(Field::learner);
    }
    if (event.attempt != out.attempt) continue;
    if (event.kind == Kind::attempt_began) {
      out.server_version = fields.get_bytes(Field::tag);
      out.seed = static_cast<std::uint32_t>(fields.get_int(Field::seed));
    }
    if (event.kind == Kind::submit_ended) out.submitted = true;
  }
  if (!out.scenario.empty()) {
    out.values = scorer::values_of(reader, out.attempt);
    out.hint_cost = scorer::hint_cost_of(reader, out.attempt);
  }
  if (out.server_version.empty()) out.server_version = reported_version(reader);
  return out;
}

void require_faithful(const replay::RerunPlan& plan) {
  if (plan.refusals.empty()) return;
  const auto more = plan.refusals.size() - 1;
  throw Failure(plan.refusals.front().why +
                (more == 0 ? "" : " (and " + std::to_string(more) + " more such reasons)") +
                "; nothing was run");
}

// Of the recorded major version where its programs are here, else of any that fits.
std::string major_at_hand(const std::string& version) {
  const auto major = version.substr(0, version.find('.'));
  for (const auto& binaries : sandbox::find_binaries())
    if (std::to_string(binaries.major) == major) return major;
  return "";
}

RunState run_of(const Source& source, const Home& home) {
  RunState state;
  state.scenario = source.scenario;
  state.scenario_folder =
      std::filesystem::absolute(find_scenario(source.scenario, scenario_roots())).string();
  state.name = new_run_name(source.scenario, home.attempts());
  state.learner = source.learner;
  state.seed = source.seed;
  state.values = scorer::to_json(source.values);
  state.hint_cost = source.hint_cost;
  state.requested_sandbox = "auto";
  state.postgres = major_at_hand(source.server_version);
  state.listen = "127.0.0.1";
  state.file = (home.attempts() / (state.name + ".ride")).string();
  return state;
}

// Without a scenario: the recording of a proxy.
bool without_scenario(const Source& source) { return source.scenario.empty(); }

void grade(const Source& source, const std::string& file, RerunResult& result) {
  scorer::ScoreOptions how;
  how.attempt = source.attempt;
  const auto then = scorer::score(source.file, how);
  scorer::ScoreOptions by_the_same;
  by_the_same.rules = &then.written;
  const auto now = scorer::score(file, by_the_same);
  result.graded = true;
  result.then = then.verdict.total.points;
  result.now = now.verdict.total.points;
  result.grade = replay::differences(then.verdict, now.verdict);
}

RerunReport walk(const Replay& options, const replay::RerunPlan& plan, RerunServer& server) {
  const Signals signals;
  return rerun(plan, server, {options.speed, signals.descriptor()});
}

// Ends the run that was begun here, whatever comes.
class OwnRun {
 public:
  explicit OwnRun(Home home) : home_(std::move(home)) {}
  ~OwnRun() {
    try {
      stop();
    } catch (const std::exception& error) {
      tell(error.what());  // it dies with this process
    }
  }
  OwnRun(const OwnRun&) = delete;
  OwnRun& operator=(const OwnRun&) = delete;

  void stop() {
    if (std::exchange(stopped_, true)) return;
    request(home_, {{"command", "stop"}});
    wait_for_exit(home_);
  }
  void keep() { stopped_ = true; }

 private:
  Home home_;
  bool stopped_ = false;
};

RerunResult run_in_sandbox(const Replay& options, const Source& source,
                           const replay::RerunPlan& plan) {
  const TemporaryHome temporary(find_home());
  const Home& home = temporary.home();
  auto lock = RunLock::try_take(home);
  const auto progress = terminal_progress();
  RunState state = run_of(source, home);
  const std::string file = state.file;
  const auto run =
      launch_supervisor(home, std::move(state), std::move(*lock), progress, Tie::to_caller);
  lock.reset();
  OwnRun own(home);
  SandboxServer server(home, run);
  RerunResult result;
  result.report = walk(options, plan, server);
  const bool graded = source.submitted && result.report.stopped.empty() && !options.until;
  if (graded) request(home, {{"command", "submit"}}, progress);
  own.stop();
  if (graded) grade(source, file, result);
  return result;
}

RerunResult run_on_target(const Replay& options, const Source& source,
                          const replay::RerunPlan& plan) {
  RerunResult result;
  std::optional<EmptyCluster> cluster;
  if (options.target.empty()) {
    const auto major = source.server_version.substr(0, source.server_version.find('.'));
    cluster.emplace(major, find_home().root.string(), plan);
  }
  TargetServer server(cluster ? cluster->words() : words_of(options.target), plan);
  result.report = walk(options, plan, server);
  return result;
}

std::string near(const std::vector<std::int64_t>& points, std::int64_t n) {
  const auto after = std::upper_bound(points.begin(), points.end(), n);
  std::string out;
  if (after != points.begin()) out = "#" + std::to_string(*(after - 1));
  if (after != points.end()) out += (out.empty() ? "#" : " and #") + std::to_string(*after);
  return out.empty() ? "there is none at which they have not"
                     : "the nearest at which none has: " + out;
}

// What the fork goes on from, as its file says it.
std::string parent_of(journal::Reader& reader, const Source& source, std::int64_t n) {
  const auto receipt = last_receipt(reader);
  return json::serialize(
      json::object{{"file", std::filesystem::path(source.file).filename().string()},
                   {"receipt", receipt ? json::value(receipt->line) : json::value()},
                   {"attempt", source.attempt},
                   {"statement", n}});
}

int fork_run(const Replay& options, const Source& source, journal::Reader& reader) {
  const auto n = *options.fork;
  const auto points = replay::points_of_rest(replay::plan_rerun(reader, source.attempt));
  const auto plan = replay::plan_rerun(reader, source.attempt, n);
  require_faithful(plan);
  if (!std::binary_search(points.begin(), points.end(), n))
    throw Failure("no fork behind #" + std::to_string(n) +
                  ": a session has a transaction open or a statement under way there; " +
                  near(points, n));
  const Home home = find_home();
  create_home(home);
  RunLock lock = take_home(home);
  RunState state = run_of(source, home);
  state.learner = operating_system_user();
  state.parent = parent_of(reader, source, n);
  const std::string file = state.file;
  const auto run = launch_supervisor(home, std::move(state), std::move(lock), terminal_progress());
  RerunReport report;
  try {
    OwnRun own(home);
    SandboxServer server(home, run);
    report = walk(options, plan, server);
    if (!report.stopped.empty()) throw Failure("no fork: " + report.stopped);
    own.keep();
  } catch (...) {
    remove_attempt_file(file);  // nobody worked on it yet
    throw;
  }
  for (const auto& [number, line] : report.differences)
    tell("#" + std::to_string(number) + ": " + line);
  if (options.json) {
    json::object out;
    for (const auto* key : {"run", "scenario", "sandbox", "dsn", "file"}) out[key] = run.at(key);
    out["statements"] = n;
    out["differences"] = report.differences.size();
    print_json(out);
    return exit_worked;
  }
  std::cout << "forked behind #" << n << " of " << source.file << "\n  connect  psql \""
            << json::value_to<std::string>(run.at("dsn"))
            << "\"\n  then     ride postgres status | log | hint | submit\n  file     " << file
            << std::endl;
  return exit_worked;
}

}  // namespace

int carry_out_again(const Replay& options) {
  forget_session_environment();
  journal::Reader reader(options.file);
  const Source source = source_of(reader, options);
  if (without_scenario(source) && options.fork)
    throw Failure(options.file + " is a recording of `ride proxy`: only an attempt can be forked");
  if (!without_scenario(source) && !options.target.empty())
    throw Failure("--target is for recordings of `ride proxy`: " + options.file +
                  " is an attempt, which has a sandbox of its own");
  if (options.fork) return fork_run(options, source, reader);
  const auto plan = replay::plan_rerun(reader, source.attempt, options.until);
  require_faithful(plan);
  auto result = without_scenario(source) ? run_on_target(options, source, plan)
                                         : run_in_sandbox(options, source, plan);
  result.file = source.file;
  result.attempt = source.attempt;
  result.notes = plan.notes;
  print_result(result, options.json);
  return result.report.stopped.empty() ? exit_worked : exit_failed;
}

}  // namespace ride::cli
