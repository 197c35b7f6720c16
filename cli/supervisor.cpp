#include "cli/supervisor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <memory>
#include <system_error>
#include <utility>

#include "base/json.hpp"
#include "cli/failure.hpp"
#include "cli/run.hpp"
#include "cli/service.hpp"
#include "cli/signals.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;

using Ready = std::function<void(const json::object&)>;

void serve_run(const Home& home, RunState state, const Progress& progress, const Ready& ready) {
  std::signal(SIGPIPE, SIG_IGN);  // a client that went away is an error of write, not our end
  state.supervisor = ::getpid();
  state.phase = RunPhase::starting;
  save_run_state(home, state);
  spdlog::info("run={} scenario={} starting", state.name, state.scenario);
  Run run(home, std::move(state));
  ControlServer server(home);
  run.begin(progress);
  const Signals signals;
  ready(run.describe());
  serve(run, server, signals.descriptor());
}

void open_log(const Home& home) {
  auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(home.supervisor_log().string());
  auto logger = std::make_shared<spdlog::logger>("ride", std::move(sink));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

// Everything that was open on the terminal is replaced: the command returns, the supervisor stays.
void leave_terminal(const Home& home) {
  ::setsid();
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int log = ::open(home.supervisor_log().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                         S_IRUSR | S_IWUSR);
  ::dup2(null, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  ::close(null);
  ::close(log);
  if (::chdir("/") != 0) spdlog::warn("cannot leave the working directory");
}

// A start that nobody waits for any more (Ctrl-C) is given up.
bool hung_up(int descriptor) {
  pollfd state{descriptor, POLLOUT, 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & (POLLERR | POLLHUP)) != 0;
}

// The child's whole life. Returns its exit code.
int supervise(const Home& home, RunState state, Descriptor command) {
  const std::string name = state.name;
  const bool first = state.attempt == 1;
  try {
    leave_terminal(home);
    open_log(home);
    allow_many_files();
    serve_run(
        home, std::move(state),
        [&command](std::string_view line) {
          if (hung_up(command.get())) throw Failure("start was given up");
          send_line(command.get(), {{"progress", line}});
        },
        [&command](const json::object& described) {
          json::object last = described;
          last["ok"] = true;
          send_line(command.get(), last);
          command = Descriptor();
        });
    spdlog::info("run={} stopped", name);
    return exit_worked;
  } catch (const std::exception& error) {
    spdlog::error("run={} failed: {}", name, error.what());
    if (command && first)
      remove_run_state(home);  // it never began; there is nothing to come back to
    if (command) send_line(command.get(), {{"error", error.what()}});
    return exit_failed;
  }
}

}  // namespace

json::object launch_supervisor(const Home& home, RunState state, [[maybe_unused]] RunLock lock,
                               const Progress& progress, Tie tie) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "start: socketpair");
  Descriptor ours(ends[0]);
  Descriptor theirs(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "start: fork");
  if (child == 0) {
    if (tie == Tie::to_caller) ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ours = Descriptor();
    ::_exit(supervise(home, std::move(state), std::move(theirs)));
  }
  theirs = Descriptor();
  return receive_answer(ours.get(), progress);
}

void supervise_here(const Home& home, RunState state, const RunLock&, const Progress& progress,
                    const Ready& ready) {
  const bool first = state.attempt == 1;
  bool begun = false;
  open_log(home);
  allow_many_files();
  try {
    serve_run(home, std::move(state), progress, [&](const json::object& described) {
      begun = true;
      ready(described);
    });
  } catch (...) {
    if (!begun && first) remove_run_state(home);
    throw;
  }
}

}  // namespace ride::cli
