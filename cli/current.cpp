#include "cli/current.hpp"

#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/keys.hpp"
#include "cli/terminal.hpp"
#include "journal/fields.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "journal/recovery.hpp"
#include "journal/writer.hpp"
#include "sandbox/leftovers.hpp"

namespace ride::cli {

namespace json = boost::json;

namespace {

namespace fs = std::filesystem;
using journal::Field;
using journal::Kind;

constexpr std::chrono::milliseconds death_wait_max{10'000};
constexpr std::chrono::milliseconds death_poll_interval{5};

// How the last attempt of the file ended; empty while it is open, nothing where there is none.
std::optional<std::string> last_attempt_end(const fs::path& file, std::uint32_t& number) {
  journal::Reader reader(file);
  const auto attempts = reader.attempts();
  if (attempts.empty()) return std::nullopt;
  number = attempts.back();
  journal::EventFilter filter;
  filter.attempt = number;
  filter.kinds = {Kind::attempt_ended};
  const auto ends = reader.all(filter);
  if (ends.empty()) return std::string();
  return std::string(journal::Fields(ends.back().body).get_bytes(Field::how));
}

void close_interrupted(const fs::path& file, const journal::SigningKey& key) {
  std::uint32_t number = 0;
  if (last_attempt_end(file, number) != std::string()) return;
  journal::WriterOptions options;
  options.extend = true;
  options.key = key;
  journal::Writer writer(file, options);
  std::string body;
  journal::FieldWriter(body).put(Field::how, "interrupted");
  writer.shared().append(Kind::attempt_ended, 0, Clock().now_us(), body);
  writer.close();
}

void remove_unfinished(const fs::path& file) {
  std::error_code ignored;
  for (const auto& ring : journal::ring_paths(file)) fs::remove(ring, ignored);
  for (const auto* suffix : {"", "-wal", "-shm"}) fs::remove(file.string() + suffix, ignored);
  fs::remove(journal::lock_path(file), ignored);
}

// Called with the lock in hand. Returns whether there still is a run.
bool settle(const Home& home, RunState& state) {
  const std::string left =
      sandbox::clean_up({state.sandbox, state.private_folder, state.container});
  if (!left.empty()) tell(left);
  for (const auto& leftover : sandbox::find_leftovers_of(home.root.string(), state.sandbox))
    if (const auto more = sandbox::remove(leftover); !more.empty()) tell(more);
  if (state.phase == RunPhase::starting && state.attempt == 1) {
    if (!state.file.empty()) remove_unfinished(state.file);
    remove_run_state(home);
    tell("the start of " + state.scenario +
         " was cut off before it was ready; nothing is left of it");
    return false;
  }
  if (!fs::exists(state.file)) {
    remove_run_state(home);
    tell("the run " + state.name + " was interrupted, and its file " + state.file + " is gone");
    return false;
  }
  const auto key = home_key(home);
  if (journal::liveness(state.file) == journal::Liveness::interrupted)
    journal::recover(state.file, key);
  close_interrupted(state.file, key);
  state.phase = RunPhase::interrupted;
  state.private_folder.clear();
  state.container.clear();
  save_run_state(home, state);
  return true;
}

// A process that was killed keeps its lock until the kernel has taken it down.
bool await_death(const Home& home) {
  const auto deadline = std::chrono::steady_clock::now() + death_wait_max;
  while (!RunLock::try_take(home)) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(death_poll_interval);
  }
  return true;
}

Failure no_run() { return Failure("there is no run; `ride postgres start ID` begins one"); }

Failure interrupted(const RunState& state) {
  return Failure(
      interruption(state) +
      "; `ride postgres reset` begins another attempt, `ride postgres stop` ends the run");
}

}  // namespace

std::optional<Current> current_run(const Home& home) {
  std::error_code ignored;
  if (!fs::is_directory(home.run(), ignored)) return std::nullopt;
  Current found;
  found.lock = RunLock::try_take(home);
  auto state = load_run_state(home);
  found.alive = !found.lock.has_value();
  if (!state) {
    if (!found.alive) return std::nullopt;
    throw Failure("another `ride` is starting or stopping a run right now; try again in a moment");
  }
  found.state = std::move(*state);
  if (!found.alive && found.state.phase != RunPhase::interrupted && !settle(home, found.state))
    return std::nullopt;
  return found;
}

std::string interruption(const RunState& state) {
  return "the run " + state.name + " was interrupted: its supervisor (process " +
         std::to_string(state.supervisor) +
         ") died, and the sandbox with it; what was recorded is in " + state.file;
}

bool last_attempt_submitted(const std::string& file) {
  std::uint32_t number = 0;
  return last_attempt_end(file, number) == "submitted";
}

std::optional<json::object> ask(const Home& home, Current& current, const json::object& what,
                                const Progress& progress) {
  if (!current.alive) return std::nullopt;
  try {
    return request(home, what, progress);
  } catch (const Vanished&) {
    if (!await_death(home)) throw;
  }
  auto left = current_run(home);
  if (!left) throw Failure("the run ended meanwhile; `ride postgres start ID` begins another");
  current = std::move(*left);
  return std::nullopt;
}

json::object ask_running(const Home& home, const json::object& what, const Progress& progress) {
  auto current = current_run(home);
  if (!current) throw no_run();
  auto answer = ask(home, *current, what, progress);
  if (!answer) throw interrupted(current->state);
  return *answer;
}

RunState require_running(const Home& home) {
  auto current = current_run(home);
  if (!current) throw no_run();
  if (!ask(home, *current, {{"command", "describe"}})) throw interrupted(current->state);
  return load_run_state(home).value_or(current->state);
}

RunLock take_home(const Home& home) {
  auto found = current_run(home);
  if (found && ask(home, *found, {{"command", "describe"}}))
    throw Failure("a run of " + found->state.scenario +
                  " is in progress; `ride postgres stop` ends it and keeps its file");
  if (found) {
    tell(interruption(found->state));
    remove_run_state(home);
    return std::move(*found->lock);
  }
  auto lock = RunLock::try_take(home);
  if (!lock) throw Failure("another `ride` is starting a run right now; try again in a moment");
  return std::move(*lock);
}

void wait_for_exit(const Home& home) {
  const auto deadline = std::chrono::steady_clock::now() + death_wait_max;
  while (!RunLock::try_take(home)) {
    if (std::chrono::steady_clock::now() >= deadline)
      throw Failure("the supervisor does not end; see " + home.supervisor_log().string());
    std::this_thread::sleep_for(death_poll_interval);
  }
}

}  // namespace ride::cli
