// `ride scenario check`: one scenario after the other, each step a line.
#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <map>
#include <set>

#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/paths.hpp"
#include "cli/terminal.hpp"
#include "cli/trial_workers.hpp"
#include "sandbox/scenario.hpp"
#include "sandbox/scenario_keys.hpp"
#include "sandbox/scenario_lint.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr int name_columns = 64;
constexpr std::size_t drawings_max = 6;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// A folder for this command alone, gone with it.
class WorkFolder {
 public:
  WorkFolder() {
    std::string name = (fs::temp_directory_path() / "ride-check-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw Failure("cannot make a folder like " + name);
    path_ = name;
  }
  ~WorkFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

struct Plan {
  std::vector<Trying> tryings;
  std::vector<std::string> names;
  void add(const std::string& name, Trying trying) {
    names.push_back(name);
    tryings.push_back(std::move(trying));
  }
};

// What is tried in one drawing.
enum class Depth {
  full,
  quick,  // not: second runs but the first solution's, near-misses, much reading
  once,   // nothing twice, no near-misses, no much reading
  brief,  // the first solution
};

void add_drawing(Plan& plan, const fs::path& folder, std::uint32_t seed, const std::string& mark,
                 Depth depth) {
  const auto add = [&](const std::string& name, Task task, const sandbox::ScenarioScript& script) {
    plan.add(name + mark, {task, script.path, script.springs, script.expect, seed});
  };
  const auto solutions = sandbox::scripts_in(folder, "solutions");
  if (depth == Depth::brief) return add(solutions.front().path, Task::solution, solutions.front());
  add("seed: healthy, and twice the same", Task::seed, {});
  add("incident: it shows, and doing nothing earns nothing", Task::noop, {});
  bool first = true;
  for (const auto& script : solutions) {
    add(script.path, Task::solution, script);
    if (depth == Depth::full || (first && depth == Depth::quick))
      add(script.path + ", again", Task::solution, script);
    if (depth == Depth::full && first)
      add(script.path + ", with much reading", Task::reading, script);
    first = false;
  }
  for (const auto& script : sandbox::scripts_in(folder, "traps"))
    add(script.path, Task::trap, script);
  if (depth != Depth::full) return;
  for (const auto& script : sandbox::scripts_in(folder, "partial"))
    add(script.path, Task::partial, script);
}

// The first drawing in full, the second once, and briefly as many more as show every value.
Plan plan_for(const fs::path& folder, const std::vector<std::uint32_t>& seeds, bool marked,
              bool quick) {
  Plan plan;
  for (std::size_t i = 0; i < seeds.size(); ++i)
    add_drawing(plan, folder, seeds[i], marked ? ", --seed " + std::to_string(seeds[i]) : "",
                i > 1   ? Depth::brief
                : i > 0 ? Depth::once
                : quick ? Depth::quick
                        : Depth::full);
  return plan;
}

// The steps of one scenario, printed as they end and kept for --json.
class Report {
 public:
  Report(std::string name, bool json) : json_(json) {
    out_["scenario"] = name;
    if (!json_) std::cout << name << std::endl;
  }

  void step(const std::string& name, double seconds, const std::vector<std::string>& problems) {
    ok_ = ok_ && problems.empty();
    steps_.push_back(json::object{{"step", name},
                                  {"ok", problems.empty()},
                                  {"seconds", seconds},
                                  {"problems", json::array(problems.begin(), problems.end())}});
    if (json_) return;
    line(problems.empty(), name, seconds);
    for (const auto& problem : problems) std::cout << "        " << problem << std::endl;
  }

  // Nothing was tried, and nothing failed.
  json::object skip(const std::string& why) {
    if (!json_) std::cout << "  skipped: " << why << std::endl;
    out_["ok"] = true;
    out_["skipped"] = why;
    out_["steps"] = json::array();
    return std::move(out_);
  }

  json::object finish(double seconds) {
    out_["ok"] = ok_;
    out_["seconds"] = seconds;
    if (!json_) line(ok_, std::to_string(steps_.size()) + " steps", seconds);
    out_["steps"] = std::move(steps_);
    return std::move(out_);
  }

  bool ok() const { return ok_; }

 private:
  static void line(bool ok, const std::string& name, double seconds) {
    std::cout << (ok ? "  ok    " : "  FAIL  ") << std::left << std::setw(name_columns) << name
              << std::right << std::fixed << std::setprecision(1) << std::setw(6) << seconds << " s"
              << std::endl;
  }

  bool json_;
  bool ok_ = true;
  json::object out_;
  json::array steps_;
};

std::vector<std::string> problem_if(bool bad, const std::string& what) {
  return bad ? std::vector<std::string>{what} : std::vector<std::string>{};
}

std::vector<std::uint32_t> seeds_for(const ScenarioCheck& options,
                                     const sandbox::Scenario& scenario) {
  if (options.seed) return {*options.seed};
  return sandbox::covering_seeds(scenario.parameters, options.quick ? 2 : drawings_max);
}

void try_scripts(const ScenarioCheck& options, const fs::path& folder, Report& report) {
  const auto scenario = sandbox::load_scenario(folder);
  const Plan plan =
      plan_for(folder, seeds_for(options, scenario), !scenario.parameters.empty(), options.quick);
  const WorkFolder work;
  // Templates of its own: what is proved is the seed as it stands, and nobody else's are pushed
  // out.
  const fs::path cache = work.path() / "cache";
  fs::create_directory(cache);
  const auto count = std::min<std::size_t>(options.jobs == 0 ? usual_workers() : options.jobs,
                                           plan.tryings.size());
  std::map<std::uint32_t, std::set<std::string>> starts;  // of each drawing
  std::map<std::string, std::set<std::string>> verdicts;  // of each solution in each
  TrialWorkers workers(folder, work.path(), cache, {options.sandbox, options.postgres},
                       static_cast<unsigned>(count));
  workers.run(plan.tryings, [&](std::size_t index, const Tried& tried, double seconds) {
    report.step(plan.names[index], seconds, problem_if(!tried.passed, tried.why));
    const auto& trying = plan.tryings[index];
    if (!tried.start.empty()) starts[trying.seed].insert(tried.start);
    if (trying.task == Task::solution && !tried.verdict.empty())
      verdicts[trying.script + (trying.seed == 0 ? "" : ", --seed " + std::to_string(trying.seed))]
          .insert(tried.verdict);
  });
  std::size_t most = 0;
  for (const auto& [seed, different] : starts) most = std::max(most, different.size());
  report.step("reset: every attempt began with the same catalogs", 0,
              problem_if(most > 1, std::to_string(most) + " different ones"));
  std::string differing;
  for (const auto& [script, different] : verdicts)
    if (different.size() > 1) differing += " " + script;
  report.step("verdicts: both runs of a solution have the same", 0,
              problem_if(!differing.empty(), "not so:" + differing));
}

// Of several scenarios those are tried that run where it was asked for.
std::string reason_to_skip(const ScenarioCheck& options, const fs::path& folder) {
  if (options.scenarios.size() == 1) return "";
  const auto environment = sandbox::load_scenario(folder).environment;
  if (options.sandbox == "local" && !environment.local) return "runs in Docker only";
  if ((options.sandbox == "docker" || options.sandbox == "server") && !environment.docker)
    return "runs on local servers only";
  return "";
}

json::object check(const ScenarioCheck& options, const fs::path& folder) {
  const auto start = std::chrono::steady_clock::now();
  Report report(folder.string(), options.json);
  const auto findings = sandbox::lint_scenario(folder);
  if (findings.empty())
    if (const auto why = reason_to_skip(options, folder); !why.empty()) return report.skip(why);
  report.step("lint", seconds_since(start), findings);
  if (report.ok()) try_scripts(options, folder, report);
  return report.finish(seconds_since(start));
}

std::vector<fs::path> folders_of(const ScenarioCheck& options) {
  if (options.all == !options.scenarios.empty())
    throw Failure("name scenarios, or --all; `ride postgres list` has their names", exit_usage);
  const auto roots = scenario_roots();
  std::vector<fs::path> out;
  for (const auto& id : options.all ? scenario_ids(roots) : options.scenarios) {
    const bool folder = !options.all && fs::exists(fs::path(id) / "scenario.yaml");
    out.push_back(folder ? fs::path(id) : find_scenario(id, roots));
  }
  if (out.empty())
    throw Failure("no scenarios found; set RIDE_SCENARIOS to the folder that holds them");
  return out;
}

}  // namespace

int execute(const ScenarioCheck& options) {
  const auto start = std::chrono::steady_clock::now();
  const auto folders = folders_of(options);
  json::array all;
  bool ok = true;
  for (const auto& folder : folders) {
    all.push_back(check(options, folder));
    ok = ok && all.back().as_object().at("ok").as_bool();
  }
  const double seconds = seconds_since(start);
  if (options.json)
    print_json({{"ok", ok}, {"seconds", seconds}, {"scenarios", std::move(all)}});
  else if (folders.size() > 1)
    std::cout << folders.size() << " scenarios, " << std::fixed << std::setprecision(1) << seconds
              << " s" << std::endl;
  return ok ? exit_worked : exit_failed;
}

int execute(const ScenarioSchema&) {
  std::cout << sandbox::scenario_schema() << '\n';
  return exit_worked;
}

}  // namespace ride::cli
