#include "sandbox/server.hpp"

#include <signal.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <fstream>
#include <sstream>
#include <string_view>
#include <thread>
#include <vector>

#include "sandbox/docker_server.hpp"
#include "sandbox/files.hpp"
#include "sandbox/local_server.hpp"

namespace ride::sandbox {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds end_limit{5'000};
constexpr std::array<std::string_view, 2> places{"/tmp", "/dev/shm"};
constexpr std::string_view prefix = "ride-";
constexpr std::uint64_t memory_needed_bytes = 4ULL << 30U;
constexpr std::uint64_t room_needed_bytes = 2ULL << 30U;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// Only what make_private_directory() can have made is ever removed, whatever run.json says.
bool is_private_directory(const fs::path& path) {
  const auto name = path.filename().string();
  if (std::find(places.begin(), places.end(), path.parent_path().string()) == places.end() ||
      name.size() != prefix.size() + 8 || !name.starts_with(prefix))
    return false;
  return std::all_of(name.begin() + prefix.size(), name.end(), is_hex) &&
         fs::is_directory(fs::symlink_status(path));
}

// The first number in a file's line that begins with `key`; nothing where there is none.
std::optional<std::uint64_t> number_in(const char* file, const std::string& key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key)) continue;
    std::istringstream rest(line.substr(key.size()));
    std::uint64_t value = 0;
    if (rest >> value) return value;
  }
  return std::nullopt;
}

// Memory that a container's limit or a small machine cannot spare stays untouched.
bool plenty_of_memory() {
  struct statvfs room {};
  if (statvfs("/dev/shm", &room) != 0 || room.f_bavail * room.f_frsize < room_needed_bytes)
    return false;
  const auto available = number_in("/proc/meminfo", "MemAvailable:");
  const auto limit = number_in("/sys/fs/cgroup/memory.max", "");
  return available && *available * 1024 >= memory_needed_bytes &&
         limit.value_or(memory_needed_bytes) >= memory_needed_bytes;
}

// The processes of a server all stay in its data directory, and run a program called postgres.
std::vector<pid_t> processes_in(const fs::path& data) {
  std::vector<pid_t> out;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
    const auto name = entry.path().filename().string();
    pid_t pid = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (error != std::errc() || end != name.data() + name.size()) continue;
    if (fs::read_symlink(entry.path() / "cwd", ignored) != data) continue;
    const auto program = fs::read_symlink(entry.path() / "exe", ignored).filename().string();
    if (program.starts_with("postgres")) out.push_back(pid);
  }
  return out;
}

bool end_processes(const fs::path& data) {
  const auto until = SteadyClock::now() + end_limit;
  for (const int number : {SIGQUIT, SIGKILL}) {
    auto left = processes_in(data);
    for (const pid_t pid : left) ::kill(pid, number);
    while (!left.empty() && SteadyClock::now() < until) {
      std::this_thread::sleep_for(milliseconds(5));
      left = processes_in(data);
    }
    if (left.empty()) return true;
  }
  return processes_in(data).empty();
}

std::string local_reason(bool allow_docker, const std::string& docker_trouble) {
  return allow_docker ? "local: " + docker_trouble : "local: the scenario does not run in Docker";
}

}  // namespace

PrivateDirectory make_private_directory(const std::optional<Identity>& identity, bool in_memory) {
  const fs::path place = in_memory && plenty_of_memory() ? places[1] : places[0];
  PrivateDirectory directory{place / (std::string(prefix) + random_hex(4))};
  for (const auto& folder : {directory.root, directory.data(), directory.socket(), directory.log()})
    make_private_folder(folder, identity);
  return directory;
}

void write_contents(const fs::path& data, const DataContents& contents,
                    const std::optional<Identity>& owner) {
  const auto file = data / "postgresql.conf";
  std::ofstream out(file, std::ios::app);
  out << contents.configuration;
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
  write_private_file(data / "pg_hba.conf", contents.authentication, owner);
}

std::string clean_up(const Remains& remains) noexcept {
  std::string trouble;
  const auto note = [&trouble](const std::string& line) {
    trouble += (trouble.empty() ? "" : "; ") + line;
  };
  try {
    if (remains.mode == "docker" && !remains.container.empty()) {
      const auto failure = remove_container(remains.container);
      if (!failure.empty()) note(failure);
    }
    if (!is_private_directory(remains.private_directory)) return trouble;
    const fs::path root = remains.private_directory;
    if (!end_processes(root / "data"))
      note("a postgres process in " + (root / "data").string() + " does not end");
    std::error_code error;
    fs::remove_all(root, error);
    if (error) note("cannot remove " + root.string() + ": " + error.message());
  } catch (const std::exception& error) {
    note(error.what());
  }
  return trouble;
}

Choice choose_server(Mode mode, const ServerOptions& options, bool allow_local, bool allow_docker) {
  if (mode == Mode::docker && !allow_docker)
    throw std::runtime_error("this scenario does not run in Docker: use --sandbox local");
  if (mode == Mode::local && !allow_local)
    throw std::runtime_error("this scenario runs in Docker only: use --sandbox docker");
  if (mode == Mode::docker || (mode == Mode::automatic && !allow_local)) {
    return {make_docker_server(options, Pull::if_missing),
            mode == Mode::docker ? "docker: asked for" : "docker: the scenario runs nowhere else"};
  }
  if (mode == Mode::local) return {std::make_unique<LocalServer>(options), "local: asked for"};

  std::string trouble;
  if (allow_docker) {
    try {
      return {make_docker_server(options, Pull::never), "docker: an engine answers"};
    } catch (const std::runtime_error& error) {
      trouble = error.what();
    }
  }
  try {
    return {std::make_unique<LocalServer>(options), local_reason(allow_docker, trouble)};
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(std::string(error.what()) +
                             (trouble.empty() ? "" : "; Docker: " + trouble));
  }
}

}  // namespace ride::sandbox
