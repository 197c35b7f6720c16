#include "sandbox/leftovers.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <fstream>
#include <optional>
#include <string_view>
#include <thread>

#include "sandbox/docker.hpp"
#include "sandbox/files.hpp"
#include "sandbox/service_server.hpp"

namespace ride::sandbox {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds end_limit{5'000};
constexpr std::array<std::string_view, 2> places{"/tmp", "/dev/shm"};
constexpr std::string_view prefix = "ride-";
constexpr const char* owner_file = "owner";

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

// Nothing where this user did not write it.
std::optional<std::string> owner_of(const fs::path& root) {
  const auto file = root / owner_file;
  struct stat found {};
  if (::lstat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode) || found.st_uid != geteuid())
    return std::nullopt;
  std::ifstream in(file);
  std::string home;
  if (!std::getline(in, home) || home.empty()) return std::nullopt;
  return home;
}

std::string user_number() { return std::to_string(geteuid()); }

void add_containers(std::vector<Leftover>& out) {
  for (const auto& one : docker::containers()) {
    if (one.machine == machine_name() && one.user == user_number() && !one.home.empty())
      out.push_back({Leftover::Kind::container, one.name, one.home});
  }
}

void add_folders(std::vector<Leftover>& out) {
  for (const auto place : places) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(place, ignored)) {
      if (!is_private_directory(entry.path())) continue;
      if (const auto home = owner_of(entry.path()))
        out.push_back({Leftover::Kind::folder, entry.path().string(), *home});
    }
  }
}

}  // namespace

std::string clean_up(const Remains& remains) noexcept {
  std::string trouble;
  const auto note = [&trouble](const std::string& line) {
    trouble += (trouble.empty() ? "" : "; ") + line;
  };
  try {
    if (remains.mode == "server") return stop_service(remains.private_directory);
    if (remains.mode == "docker" && !remains.container.empty()) {
      const auto failure = docker::remove_container(remains.container);
      if (!failure.empty()) note(failure);
    }
    if (!is_private_directory(remains.private_directory)) return trouble;
    const fs::path root = remains.private_directory;
    if (!end_processes(root / "data"))
      note("a postgres process in " + (root / "data").string() + " does not end");
    std::error_code error;
    fs::remove_all(root, error);
    if (error && error != std::errc::no_such_file_or_directory)  // somebody else was quicker
      note("cannot remove " + root.string() + ": " + error.message());
  } catch (const std::exception& error) {
    note(error.what());
  }
  return trouble;
}

std::vector<Leftover> find_leftovers() {
  std::vector<Leftover> out;
  add_containers(out);
  add_folders(out);
  return out;
}

std::vector<Leftover> find_leftovers_of(const std::string& home, const std::string& mode) {
  std::vector<Leftover> out;
  if (mode == "docker") add_containers(out);
  add_folders(out);
  std::erase_if(out, [&home](const Leftover& one) { return one.home != home; });
  return out;
}

std::string remove(const Leftover& leftover) noexcept {
  switch (leftover.kind) {
    case Leftover::Kind::container:
      return clean_up({"docker", "", leftover.name});
    case Leftover::Kind::folder:
      return clean_up({"local", leftover.name, ""});
  }
  return "";
}

void write_owner(const fs::path& root, const std::string& home) {
  write_private_file(root / owner_file, home + "\n", std::nullopt);
}

std::string machine_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace ride::sandbox
