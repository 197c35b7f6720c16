#include "cli/first_process.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <optional>

#include "cli/current.hpp"
#include "cli/failure.hpp"
#include "cli/run_state.hpp"
#include "cli/terminal.hpp"

namespace ride::cli {
namespace {

// Signals arrive one at a time, by sigwaitinfo(): nothing runs inside a handler.
sigset_t awaited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, number);
  return set;
}

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

pid_t fork_child(const std::function<int()>& work) {
  std::cout.flush();
  const pid_t child = ::fork();
  if (child < 0) throw Failure("cannot fork");
  if (child > 0) return child;
  sigset_t all = awaited_signals();
  ::sigprocmask(SIG_UNBLOCK, &all, nullptr);
  int code = exit_failed;
  try {
    code = work();
  } catch (const Failure& failure) {
    tell(failure.what());
    code = failure.code();
  } catch (const std::exception& error) {
    tell(error.what());
  }
  std::cout.flush();
  ::_exit(code);
}

struct Ended {
  pid_t pid = 0;
  int exit_code = 0;
};

// Reaps every process that has ended, orphans included, and tells of each.
void reap(const std::function<void(const Ended&)>& tell_of) {
  int status = 0;
  for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;)
    tell_of({pid, exit_code_of(status)});
}

// The next signal; SIGCHLD ones are reaped on the way.
int next_signal(const std::function<void(const Ended&)>& tell_of) {
  const sigset_t all = awaited_signals();
  int number = -1;
  while (number < 0) number = ::sigwaitinfo(&all, nullptr);
  if (number == SIGCHLD) reap(tell_of);
  return number;
}

// To its end; a signal that asks us to end is passed on to it.
int wait_for(pid_t child) {
  std::optional<int> code;
  while (!code) {
    const int number = next_signal([&](const Ended& ended) {
      if (ended.pid == child) code = ended.exit_code;
    });
    if (number != SIGCHLD) ::kill(child, number);
  }
  return *code;
}

[[noreturn]] void become_shell(const RunState& state) {
  const std::string database = state.dsn.substr(state.dsn.rfind('/') + 1);
  const std::string user =
      state.dsn.substr(state.dsn.find("//") + 2, state.dsn.find('@') - state.dsn.find("//") - 2);
  ::setenv("PGHOST", "127.0.0.1", 1);
  ::setenv("PGPORT", std::to_string(state.port).c_str(), 1);
  ::setenv("PGUSER", user.c_str(), 1);
  ::setenv("PGDATABASE", database.c_str(), 1);
  const char* wanted = std::getenv("SHELL");
  for (const char* shell : {wanted, "/bin/bash", "/bin/sh"})
    if (shell != nullptr) ::execl(shell, shell, "-i", nullptr);
  ::_exit(127);
}

pid_t open_shell(const RunState& state) {
  std::cout << "\nThis shell is inside the lab: psql goes to the incident, `ride postgres submit` "
               "grades,\n`exit` ends the lab.\n\n";
  return fork_child([&state]() -> int { become_shell(state); });
}

std::optional<RunState> present_run() {
  const Home home = find_home();
  return load_run_state(home);
}

enum class Why { asked, stopped, died };

// Until the shell ends, the run ends, or a signal asks.
Why stay(const RunState& begun) {
  const bool terminal = ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
  const pid_t shell = terminal ? open_shell(begun) : -1;
  std::optional<Why> why;
  while (!why) {
    const int number = next_signal([&](const Ended& ended) {
      if (ended.pid == shell) why = Why::asked;
      if (shell > 0) return;
      // A supervisor that a later `reset` started is another process: the state says which.
      const auto state = present_run();
      if (!state) why = Why::stopped;
      if (state && ended.pid == state->supervisor) why = Why::died;
    });
    if (number != SIGCHLD && (number != SIGINT || shell < 0)) why = Why::asked;
  }
  return *why;
}

}  // namespace

bool is_first_process() { return ::getpid() == 1; }

int lead_container(Start options) {
  const sigset_t all = awaited_signals();
  ::sigprocmask(SIG_BLOCK, &all, nullptr);
  if (options.port == 0) options.port = container_port;
  if (options.listen.empty()) options.listen = "0.0.0.0";
  options.foreground = false;  // this process is what stays
  if (const int code = wait_for(fork_child([&] { return execute(options); })); code != exit_worked)
    return code;
  const auto begun = present_run();
  if (!begun) return exit_failed;
  const Why why = stay(*begun);
  if (!present_run()) return exit_worked;
  const int stopped = wait_for(fork_child([] { return execute(Stop{}); }));
  return why == Why::died ? exit_failed : stopped;
}

}  // namespace ride::cli
