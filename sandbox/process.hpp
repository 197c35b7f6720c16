// Child processes: started with a fixed argv and environment, optionally as another user, and tied
// to the thread that started them. Not a shell: nothing is expanded, and no secret belongs in argv
// or in the environment (both can be read in /proc).
//
// A child that has a death signal gets it when the THREAD that spawned it ends, so servers are
// spawned from the program's main thread. Failures to start throw std::system_error.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ride::sandbox {

// Whom a child runs as; supplementary groups are dropped with it.
struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
};

// The user that servers run as where ride is root: `postgres` if there is one, else `nobody`.
// Nothing where ride is not root (the server then runs as ride's own user).
std::optional<Identity> unprivileged_identity();

struct Command {
  std::vector<std::string> argv = {};         // argv[0] is looked up in PATH unless it has a '/'
  std::vector<std::string> environment = {};  // "NAME=value", added to (and replacing in) our own
  std::filesystem::path directory =
      {};  // working directory; empty: "/" for another user, else ours
  std::optional<Identity> identity = std::nullopt;
  std::filesystem::path output =
      {};                 // spawn(): where stdout and stderr are appended; empty: /dev/null
  int death_signal = 0;   // PR_SET_PDEATHSIG; 0: none
  bool own_group = true;  // a process group of its own: Ctrl-C of a terminal does not reach it
};

// A running child. Destroying it kills it (SIGKILL) and reaps it.
class Child {
 public:
  static Child spawn(const Command& command);

  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  ~Child();

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  // The wait status once it has ended, nothing while it runs; waits at most `limit`.
  std::optional<int> wait(std::chrono::milliseconds limit);

 private:
  explicit Child(pid_t pid) : pid_(pid) {}
  pid_t pid_ = -1;
  std::optional<int> status_;
};

struct Finished {
  int exit_code = -1;      // 128 + signal number when it died of one
  bool timed_out = false;  // it was killed for taking longer than the limit
  std::string output;      // stdout, at most output_bytes_max
  std::string errors;      // stderr, likewise
  bool ok() const { return exit_code == 0 && !timed_out; }
  std::string last_error_line() const;  // for one-line messages
};

constexpr std::size_t output_bytes_max = 1U << 20U;

// Runs to the end with stdout and stderr captured (what exceeds output_bytes_max is read and
// dropped). `on_line` gets each line of stdout as it comes; when it throws, the program is killed.
Finished run(const Command& command, std::chrono::milliseconds limit,
             const std::function<void(const std::string&)>& on_line = {});

// Full path of a program in PATH, or nothing.
std::optional<std::filesystem::path> find_program(const std::string& name);

}  // namespace ride::sandbox
