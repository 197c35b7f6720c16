// `ride postgres status`: what is running and how its users feel. Symptoms alone: never the cause.
#include <iomanip>
#include <iostream>
#include <vector>

#include "base/json.hpp"
#include "cli/control.hpp"
#include "cli/current.hpp"
#include "cli/dashboard.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/status_watch.hpp"
#include "cli/terminal.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, std::string_view key) {
  return std::string(object.at(key).as_string());
}

int number(const json::object& object, std::string_view key) {
  return object.at(key).to_number<int>();
}

void print_interrupted(const RunState& state, bool as_json) {
  const bool submitted = last_attempt_submitted(state.file);
  if (as_json) {
    print_json({{"run", state.name},
                {"scenario", state.scenario},
                {"phase", "interrupted"},
                {"submitted", submitted},
                {"file", state.file}});
    return;
  }
  std::cout
      << state.scenario << " · interrupted\n  " << interruption(state) << '\n'
      << (submitted ? "  the attempt had been graded before: ride postgres submit shows its card\n"
                    : "  the attempt cannot be graded any more; its card so far: ride score FILE\n")
      << "  next: ride postgres reset begins another attempt, ride postgres stop ends the run\n";
}

void print_lines(const std::vector<std::string>& lines) {
  if (!lines.empty()) std::cout << '\n';
  for (const auto& line : lines) std::cout << "  " << line << '\n';
}

void print_running(const json::object& status) {
  std::cout << text(status, "title") << " · " << text(status, "scenario") << " · attempt "
            << number(status, "attempt") << " · " << text(status, "phase") << '\n'
            << "  connect   " << text(status, "dsn") << '\n';
  for (const auto& server : status.at("servers").as_array())
    std::cout << "  " << std::left << std::setw(10) << text(server.as_object(), "name")
              << text(server.as_object(), "dsn") << '\n';
  std::cout << "  sandbox   " << text(status, "sandbox_detail") << '\n'
            << "  file      " << text(status, "file") << '\n'
            << "  recorded  " << number(status, "requests") << " requests; hints shown "
            << number(status, "hints") << " of " << number(status, "hints_of") << '\n';
  if (const auto& bypasses = status.at("bypasses").as_array(); !bypasses.empty()) {
    const auto& first = bypasses.front().as_object();
    std::cout << "  evidence  incomplete: somebody connected around the proxy ("
              << text(first, "role") << " in " << text(first, "database") << ", application "
              << std::quoted(text(first, "application")) << ", pid " << number(first, "pid");
    if (bypasses.size() > 1) std::cout << "; " << bypasses.size() - 1 << " more";
    std::cout << ")\n";
  }
  if (const auto* why = status.if_contains("recording_failed"))
    std::cout << "\n  nothing is recorded and nobody is served now: " << why->as_string().c_str()
              << "\n  next: make room, and it goes on; else ride postgres stop\n";
  if (const auto* end = status.if_contains("sandbox_ended"))
    std::cout << "\n  the sandbox is gone: " << end->as_string().c_str()
              << "\n  next: ride postgres reset begins another attempt\n";
  if (const auto* service = status.if_contains("service"))
    print_lines(service_lines(service->as_object()));
  print_lines(probe_lines(status.at("probes").as_array()));
}

// For health checks: asks nothing of the sandbox, and records nothing.
int print_brief_status(const Home& home, std::optional<Current> found, bool as_json) {
  if (found && found->alive && found->state.phase == RunPhase::starting)
    throw Failure("the run of " + found->state.scenario + " is still starting");
  const bool serving = found && found->alive;
  const auto run = serving ? ask(home, *found, {{"command", "describe"}}) : std::nullopt;
  if (!run) throw Failure(found ? interruption(found->state) : "there is no run");
  if (as_json)
    print_json(*run);
  else
    std::cout << text(*run, "scenario") << " · attempt " << number(*run, "attempt") << " · "
              << text(*run, "phase") << " · " << text(*run, "dsn") << '\n';
  return exit_worked;
}

}  // namespace

int execute(const Status& options) {
  const Home home = find_home();
  if (options.watch) return watch_status(home, options.json);
  auto found = current_run(home);
  if (options.brief) return print_brief_status(home, std::move(found), options.json);
  if (!found) {
    if (options.json)
      print_json({{"run", nullptr}});
    else
      std::cout << "no run; `ride postgres start ID` begins one, `ride postgres list` names them\n";
    return exit_worked;
  }
  if (found->alive && found->state.phase == RunPhase::starting)
    throw Failure("the run of " + found->state.scenario +
                  " is still starting; try again in a moment");
  const auto status = ask(home, *found, {{"command", "status"}});
  if (!status)
    print_interrupted(found->state, options.json);
  else if (options.json)
    print_json(*status);
  else
    print_running(*status);
  return exit_worked;
}

}  // namespace ride::cli
