// Where ride keeps things. All state is under one folder, RIDE_HOME; scenarios are found by id in
// RIDE_SCENARIOS, beside the source tree this program was built from, or where it was installed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace ride::cli {

struct Home {
  std::filesystem::path root;
  std::filesystem::path run() const { return root / "run"; }
  std::filesystem::path attempts() const { return root / "attempts"; }
  std::filesystem::path tls() const { return root / "tls"; }
  std::filesystem::path key() const { return root / "key"; }
  std::filesystem::path cache() const { return root / "cache"; }
  std::filesystem::path run_file() const { return run() / "run.json"; }
  std::filesystem::path lock_file() const { return run() / "lock"; }
  std::filesystem::path supervisor_log() const { return run() / "supervisor.log"; }
};

// RIDE_HOME, else ${XDG_STATE_HOME:-~/.local/state}/ride; made absolute, not created.
Home find_home();

// Creates the folders, readable by their owner alone. Throws Failure where that is not possible.
void create_home(const Home& home);

// The folders that are searched for scenarios, in order; only those that exist.
std::vector<std::filesystem::path> scenario_roots();

// The ids of all scenarios: the folders below a root that hold a scenario.yaml. Sorted, unique.
std::vector<std::string> scenario_ids(const std::vector<std::filesystem::path>& roots);

// The folder of the scenario with this id. Throws Failure that names the nearest id.
std::filesystem::path find_scenario(const std::string& id,
                                    const std::vector<std::filesystem::path>& roots);

// "02-release-fallout-20261123-142830": unused so far in the folder of attempts.
std::string new_run_name(std::string_view scenario_id, const std::filesystem::path& attempts);

// The file and all that stands beside it. For one that its writer has let go of and nobody needs.
void remove_attempt_file(const std::filesystem::path& file);

}  // namespace ride::cli
