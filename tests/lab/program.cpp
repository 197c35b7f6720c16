#include "tests/lab/program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace ride::lab {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds program_wait_max{120};

std::vector<std::string> combined(const std::vector<std::string>& changes) {
  std::vector<std::string> out;
  const auto changed = [&changes](std::string_view pair) {
    for (const auto& change : changes)
      if (change.substr(0, change.find('=')) == pair.substr(0, pair.find('='))) return true;
    return false;
  };
  for (char** entry = environ; *entry != nullptr; ++entry)
    if (!changed(*entry)) out.emplace_back(*entry);
  for (auto change = changes.begin(); change != changes.end(); ++change) {
    const std::string name = change->substr(0, change->find('=') + 1);
    const bool later = std::any_of(change + 1, changes.end(),
                                   [&](const auto& other) { return other.starts_with(name); });
    if (!name.empty() && !later) out.push_back(*change);
  }
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (auto& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

// A file without a name, to hand input in: no deadlock, whatever the program reads.
int file_with(const std::string& text) {
  const int file = ::memfd_create("input", MFD_CLOEXEC);
  if (file < 0 || ::write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::lseek(file, 0, SEEK_SET) != 0)
    throw std::runtime_error("cannot prepare input");
  return file;
}

// Until both are at their end. False after the limit.
bool collect(std::array<pollfd, 2> from, std::array<std::string*, 2> into) {
  const auto deadline = std::chrono::steady_clock::now() + program_wait_max;
  while (from[0].fd >= 0 || from[1].fd >= 0) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    ::poll(from.data(), from.size(), static_cast<int>(left.count()));
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (from[i].fd < 0 || from[i].revents == 0) continue;
      std::array<char, 65'536> chunk;
      const ssize_t got = ::read(from[i].fd, chunk.data(), chunk.size());
      if (got > 0)
        into[i]->append(chunk.data(), static_cast<std::size_t>(got));
      else
        from[i].fd = -1;
    }
  }
  return true;
}

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

Outcome run_program(const std::vector<std::string>& words,
                    const std::vector<std::string>& environment, const std::string& input) {
  std::array<int, 2> out{};
  std::array<int, 2> err{};
  if (::pipe2(out.data(), O_CLOEXEC) != 0 || ::pipe2(err.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("cannot make a pipe");
  const int in = file_with(input);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  std::vector<std::string> argv = words;
  std::vector<std::string> env = combined(environment);
  pid_t pid = -1;
  const int error = ::posix_spawnp(&pid, words[0].c_str(), &actions, nullptr, pointers(argv).data(),
                                   pointers(env).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(in);
  ::close(out[1]);
  ::close(err[1]);
  Outcome outcome;
  if (error == 0) {
    if (!collect({{{out[0], POLLIN, 0}, {err[0], POLLIN, 0}}}, {&outcome.out, &outcome.err})) {
      ::kill(pid, SIGKILL);
      outcome.err += "\n(killed: it did not end)";
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    outcome.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  ::close(out[0]);
  ::close(err[0]);
  if (error != 0) throw std::system_error(error, std::generic_category(), "cannot run " + words[0]);
  return outcome;
}

std::vector<pid_t> processes_with(const std::string& text) {
  std::vector<pid_t> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (std::isdigit(static_cast<unsigned char>(name[0])) == 0 ||
        name == std::to_string(::getpid()))
      continue;
    if (content(entry.path() / "cmdline").find(text) != std::string::npos ||
        content(entry.path() / "environ").find(text) != std::string::npos)
      found.push_back(static_cast<pid_t>(std::stol(name)));
  }
  return found;
}

}  // namespace ride::lab
