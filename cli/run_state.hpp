// What stands in RIDE_HOME/run: the description of the one current run, and the lock whose holder
// is its supervisor. The kernel frees the lock when its holder dies, however it dies: a description
// without a locked lock is a run that was interrupted, and whoever finds it cleans up.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/paths.hpp"

namespace ride::cli {

enum class RunPhase {
  starting,     // the supervisor is booting the sandbox
  running,      // the supervisor serves the control socket
  interrupted,  // the supervisor is dead, and its file was recovered
};

// A server beside the main one: where the learner reaches it.
struct RunServer {
  std::string name;
  std::uint16_t port = 0;
  std::string dsn;
};

struct RunState {
  RunPhase phase = RunPhase::starting;
  std::string name;
  std::string scenario;         // id
  std::string scenario_folder;  // absolute
  std::string learner;
  std::string requested_sandbox;  // what --sandbox said
  std::string postgres;           // what --postgres said
  bool offline = false;
  std::string durability = "process";
  std::uint16_t requested_port = 0;
  std::string listen;   // the address, numeric
  std::string sandbox;  // "local" | "docker" | "server", once known
  std::string private_folder;
  std::string container;
  std::uint16_t port = 0;
  std::string dsn;
  std::vector<RunServer> servers;
  std::string file;
  pid_t supervisor = 0;
  std::uint32_t attempt = 1;
  std::uint32_t seed = 0;   // what the current attempt's parameters are drawn from
  bool keeps_seed = false;  // somebody asked for it: `reset` repeats the drawing
  std::string values;  // JSON: of an attempt carried out again, instead of what the seed would give
  int hint_cost = 0;   // points that each hint costs
  std::string parent;  // of a fork: what it goes on from, JSON; empty: it is none
};

// Of the main server ("") or the one of that name; throws Failure where there is none.
const std::string& dsn_of(const RunState& state, const std::string& server);

std::string to_json(const RunState& state);
RunState run_state_from_json(std::string_view text);  // throws std::runtime_error

// Nothing if there is none; throws Failure for one that cannot be read.
std::optional<RunState> load_run_state(const Home& home);

// Replaces the file in one step: a reader finds the old or the new one, never half of one.
void save_run_state(const Home& home, const RunState& state);

void remove_run_state(const Home& home);

// The lock on RIDE_HOME. Moves, and frees the lock when it is destroyed in the last process that
// has it: a forked child holds it on. Programs started by exec do not inherit it.
class RunLock {
 public:
  static std::optional<RunLock> try_take(const Home& home);
  // For what is left of runs of any RIDE_HOME. Nothing where its supervisor lives, or where that
  // cannot be told; creates nothing.
  static std::optional<RunLock> of_dead_run(const Home& home);
  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&& other) noexcept;
  ~RunLock();

 private:
  explicit RunLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace ride::cli
