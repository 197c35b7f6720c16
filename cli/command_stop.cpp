// `ride postgres stop` and `reset`: the end of a run, and of an attempt.
#include <iostream>

#include "base/json.hpp"
#include "cli/control.hpp"
#include "cli/current.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/supervisor.hpp"
#include "cli/terminal.hpp"
#include "journal/reader.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, std::string_view key) {
  return std::string(object.at(key).as_string());
}

void print_attempt(const json::object& run, bool as_json) {
  if (as_json) {
    print_json(run);
    return;
  }
  std::cout << "attempt " << run.at("attempt").to_number<int>() << " of " << text(run, "scenario")
            << "\n  connect  psql \"" << text(run, "dsn") << "\"\n";
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
  if (const auto answer = ask(home, *found, {{"command", "reset"}}, terminal_progress())) {
    print_attempt(*answer, options.json);
    return exit_worked;
  }
  RunState next = found->state;
  const auto attempts = journal::Reader(next.file).attempts();
  next.attempt = attempts.empty() ? 1 : attempts.back() + 1;
  next.requested_port = next.port;
  print_attempt(
      launch_supervisor(home, std::move(next), std::move(*found->lock), terminal_progress()),
      options.json);
  return exit_worked;
}

}  // namespace ride::cli
