#include "cli/paths.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <system_error>

#include "cli/failure.hpp"
#include "journal/liveness.hpp"
#include "sandbox/scenario.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

void create_private(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error)
    throw Failure("cannot write the state folder " + folder.string() + ": " + error.message() +
                  "; make it writable or set RIDE_HOME to a folder that is");
}

bool is_inside_name(std::string_view id) {
  return !id.empty() && id.front() != '/' && id.find("..") == std::string_view::npos;
}

}  // namespace

Home find_home() {
  fs::path root = environment("RIDE_HOME");
  if (root.empty()) {
    fs::path state = environment("XDG_STATE_HOME");
    if (state.empty()) {
      const std::string user = environment("HOME");
      if (user.empty())
        throw Failure("neither RIDE_HOME nor HOME is set; set RIDE_HOME to a folder");
      state = fs::path(user) / ".local" / "state";
    }
    root = state / "ride";
  }
  return {fs::absolute(root)};
}

void create_home(const Home& home) {
  for (const auto& folder : {home.root, home.run(), home.attempts(), home.tls(), home.cache()})
    create_private(folder);
}

std::vector<fs::path> scenario_roots() {
  std::vector<fs::path> found;
  for (const auto& folder : {fs::path(environment("RIDE_SCENARIOS")),
                             fs::path(RIDE_SOURCE_SCENARIOS), fs::path(RIDE_INSTALLED_SCENARIOS)}) {
    std::error_code ignored;
    if (!folder.empty() && fs::is_directory(folder, ignored)) found.push_back(fs::absolute(folder));
  }
  return found;
}

std::vector<std::string> scenario_ids(const std::vector<fs::path>& roots) {
  std::vector<std::string> ids;
  for (const auto& root : roots)
    for (auto& id : sandbox::find_scenarios(root)) ids.push_back(std::move(id));
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

fs::path find_scenario(const std::string& id, const std::vector<fs::path>& roots) {
  if (is_inside_name(id))
    for (const auto& root : roots)
      if (fs::exists(root / id / "scenario.yaml")) return root / id;
  const auto ids = scenario_ids(roots);
  if (ids.empty())
    throw Failure("no scenarios found; set RIDE_SCENARIOS to the folder that holds them");
  const std::string near = sandbox::nearest_id(id, ids);
  throw Failure("unknown scenario \"" + id + "\"" +
                (near.empty() ? ";" : "; did you mean \"" + near + "\"?") +
                " `ride postgres list` names all there are");
}

std::string new_run_name(std::string_view scenario_id, const fs::path& attempts) {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  localtime_r(&now, &parts);
  std::array<char, 32> stamp{};
  std::strftime(stamp.data(), stamp.size(), "-%Y%m%d-%H%M%S", &parts);
  const auto slash = scenario_id.rfind('/');
  const std::string base =
      std::string(slash == std::string_view::npos ? scenario_id : scenario_id.substr(slash + 1)) +
      stamp.data();
  std::string name = base;
  for (int again = 2; fs::exists(attempts / (name + ".ride")); ++again)
    name = base + "-" + std::to_string(again);
  return name;
}

void remove_attempt_file(const fs::path& file) {
  std::error_code ignored;
  for (const auto& ring : journal::ring_paths(file)) fs::remove(ring, ignored);
  for (const auto* suffix : {"", "-wal", "-shm"}) fs::remove(file.string() + suffix, ignored);
  fs::remove(journal::lock_path(file), ignored);
}

}  // namespace ride::cli
