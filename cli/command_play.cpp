// `ride scenario play SCRIPT`: types a script into the current run, or anywhere with --dsn.
#include <csignal>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "base/json.hpp"
#include "cli/control.hpp"
#include "cli/current.hpp"
#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/player.hpp"
#include "cli/script.hpp"
#include "cli/terminal.hpp"
#include "sandbox/parameters.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;

std::string read_script(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in.is_open() || in.bad()) throw Failure("cannot read the script " + file);
  return text;
}

EventSource events_of(const Home& home) {
  EventSource events;
  events.cursor = [home] {
    return request(home, {{"command", "cursor"}}).at("cursor").to_number<std::uint64_t>();
  };
  events.find = [home](Awaited what, const std::string& name,
                       std::uint64_t since) -> std::optional<std::uint64_t> {
    const json::object answer = request(
        home, {{"command", "find"}, {"event", name_of(what)}, {"name", name}, {"since", since}});
    const auto* cursor = answer.if_contains("cursor");
    if (cursor == nullptr) return std::nullopt;
    return cursor->to_number<std::uint64_t>();
  };
  return events;
}

// What stands for {{names}} in the run's attempt; none where there is no run, or it is not served.
scorer::Values drawn_values(const Home& home) {
  scorer::Values out;
  auto current = current_run(home);
  if (!current) return out;
  const auto answer = ask(home, *current, {{"command", "drawn"}});
  if (!answer) return out;
  for (const auto& [name, value] : answer->at("values").as_object())
    out[std::string(name)] = json::value_to<std::string>(value);
  return out;
}

bool asks_supervisor(const std::vector<Step>& steps) {
  for (const auto& step : steps)
    if (const auto* wait = std::get_if<Wait>(&step); wait && wait->what != Awaited::done)
      return true;
  return false;
}

}  // namespace

int execute(const Play& options) {
  const Home home = find_home();
  const auto steps = parse_script(
      sandbox::drawn_text(options.script, read_script(options.script), drawn_values(home)),
      options.script);
  PlayOptions how;
  how.dsn = options.dsn;
  how.wait_max = std::chrono::seconds(options.limit_seconds);
  EventSource events;
  if (how.dsn.empty() || asks_supervisor(steps)) {
    const RunState state = require_running(home);
    if (how.dsn.empty()) {
      how.dsn = state.dsn;
      for (const auto& one : state.servers) how.servers[one.name] = one.dsn;
    }
    events = events_of(home);
  }
  std::signal(SIGPIPE, SIG_IGN);  // a psql that ended early is told by its exit code
  std::ostringstream collected;
  const Played played = play(steps, how, events, options.json ? collected : std::cout);
  if (options.json) {
    json::array problems(played.problems.begin(), played.problems.end());
    print_json({{"ok", played.ok}, {"problems", std::move(problems)}, {"output", collected.str()}});
  }
  for (const auto& line : played.problems) tell(options.script + ": " + line);
  return played.ok ? exit_worked : exit_failed;
}

}  // namespace ride::cli
