#include "cli/service.hpp"

#include <poll.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <string>

#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/script.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;

constexpr int look_interval_ms = 1'000;
// Asked by programs, again and again.
constexpr std::array<std::string_view, 5> unlogged{"find", "cursor", "drawn", "sessions", "watch"};

Awaited awaited_of(std::string_view word) {
  for (const auto what : {Awaited::waiting, Awaited::ended})
    if (name_of(what) == word) return what;
  throw Failure("unknown event \"" + std::string(word) + "\"");
}

json::object find_event(const Watch& watch, const json::object& what) {
  const auto found =
      watch.find(awaited_of(what.at("event").as_string()), std::string(what.at("name").as_string()),
                 what.at("since").to_number<std::uint64_t>());
  json::object out;
  if (found) out["cursor"] = *found;
  return out;
}

std::optional<std::uint32_t> seed_in(const json::object& what) {
  const auto* seed = what.if_contains("seed");
  if (seed == nullptr) return std::nullopt;
  return seed->to_number<std::uint32_t>();
}

json::object carry_out(Run& run, std::string_view command, const json::object& what,
                       const Progress& progress) {
  if (command == "describe") return run.describe();
  if (command == "status") return run.status();
  if (command == "watch") return run.watch_status();
  if (command == "sessions") return run.sessions();
  if (command == "hint") return run.hint();
  if (command == "log") return run.log();
  if (command == "submit") return run.submit(progress);
  if (command == "drawn") return run.drawn();
  if (command == "reset") return run.reset(progress, seed_in(what));
  if (command == "stop") return run.stop();
  if (command == "cursor") return {{"cursor", run.watch().cursor()}};
  if (command == "find") return find_event(run.watch(), what);
  throw Failure("unknown command \"" + std::string(command) + "\"");
}

// Returns whether the run was stopped.
bool answer(Run& run, Request& request) {
  const std::string command = json::value_to<std::string>(request.what.at("command"));
  try {
    request.conversation->answer(carry_out(run, command, request.what, [&](std::string_view line) {
      request.conversation->progress(line);
    }));
    if (std::find(unlogged.begin(), unlogged.end(), command) == unlogged.end())
      spdlog::info("command={} done", command);
    return command == "stop";
  } catch (const std::exception& error) {
    spdlog::error("command={} failed: {}", command, error.what());
    request.conversation->fail(error.what());
    return false;
  }
}

bool readable(int descriptor) {
  pollfd state{descriptor, POLLIN, 0};
  return ::poll(&state, 1, 0) == 1;
}

}  // namespace

void serve(Run& run, ControlServer& server, int wake) {
  using SteadyClock = std::chrono::steady_clock;
  auto looked = SteadyClock::now();
  while (!readable(wake)) {
    auto request = server.next(look_interval_ms, wake);
    if (request && answer(run, *request)) return;
    // Also while somebody asks all the time.
    const auto since = SteadyClock::now() - looked;
    if (request && since < std::chrono::milliseconds(look_interval_ms)) continue;
    run.look_around();
    looked = SteadyClock::now();
  }
  spdlog::info("signal, stopping");
  run.stop();
}

}  // namespace ride::cli
