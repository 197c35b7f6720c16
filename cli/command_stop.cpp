// `ride postgres stop` and `reset`: the end of a run, and of an attempt.
#include <iostream>

#include "base/json.hpp"
#include "cli/brief.hpp"
#include "cli/control.hpp"
#include "cli/current.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/run.hpp"
#include "cli/supervisor.hpp"
#include "cli/terminal.hpp"
#include "journal/reader.hpp"
#include "sandbox/scenario.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, std::string_view key) {
  return std::string(object.at(key).as_string());
}

void print_attempt(const RunState& state, const json::object& run, bool as_json) {
  if (as_json) {
    print_json(run);
    return;
  }
  std::cout << "attempt " << run.at("attempt").to_number<int>() << " of " << text(run, "scenario")
            << "\n  connect  psql \"" << text(run, "dsn") << "\"\n";
  const auto seed = run.at("seed").to_number<std::uint32_t>();
  const auto scenario = sandbox::load_scenario(state.scenario_folder, {.seed = seed});
  if (scenario.parameters.empty()) return;
  std::cout << "  drawn    --seed " << seed << " repeats it\n\n";
  print_brief(scenario.rules, std::cout);
}

// For a run whose supervisor died: as Run::reset() does for one that lives.
void draw_next(RunState& next, std::optional<std::uint32_t> seed) {
  if (seed) {
    next.seed = *seed;
    next.keeps_seed = true;
  } else if (!next.keeps_seed) {
    const auto last = sandbox::load_scenario(next.scenario_folder, drawing_of(next));
    next.seed = sandbox::draw_seed(last.parameters, last.values);
  }
  next.values.clear();
}

}  // namespace

int execute(const Stop& options) {
  const Home home = find_home();
  auto found = current_run(home);
  if (!found) throw Failure("there is no run to stop");
  const auto answer = ask(home, *found, {{"command", "stop"}}, terminal_progress());
  const RunState& state = found->state;
  if (answer)
    wait_for_exit(home);
  else
    remove_run_state(home);
  if (options.json)
    print_json({{"run", state.name}, {"file", state.file}});
  else
    std::cout << "stopped; everything that was recorded is in\n" << state.file << '\n';
  return exit_worked;
}

int execute(const Reset& options) {
  const Home home = find_home();
  auto found = current_run(home);
  if (!found) throw Failure("there is no run to reset; `ride postgres start ID` begins one");
  json::object what{{"command", "reset"}};
  if (options.seed) what["seed"] = *options.seed;
  if (const auto answer = ask(home, *found, what, terminal_progress())) {
    print_attempt(found->state, *answer, options.json);
    return exit_worked;
  }
  RunState next = found->state;
  draw_next(next, options.seed);
  const auto attempts = journal::Reader(next.file).attempts();
  next.attempt = attempts.empty() ? 1 : attempts.back() + 1;
  next.requested_port = next.port;
  const auto run =
      launch_supervisor(home, std::move(next), std::move(*found->lock), terminal_progress());
  print_attempt(found->state, run, options.json);
  return exit_worked;
}

}  // namespace ride::cli
