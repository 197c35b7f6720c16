#include "sandbox/process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cassert>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace ride::sandbox {
namespace {

using SteadyClock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

struct Descriptor {
  int fd = -1;
  Descriptor() = default;
  explicit Descriptor(int opened) : fd(opened) {}
  Descriptor(Descriptor&& other) noexcept : fd(std::exchange(other.fd, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd, other.fd);
    return *this;
  }
  ~Descriptor() { close(); }
  void close() {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

// Everything execve needs, made before fork: after it only async-signal-safe calls are allowed.
struct Prepared {
  std::string program;
  std::vector<std::string> environment;
  std::vector<char*> argv;
  std::vector<char*> envp;
};

std::string_view name_of(std::string_view assignment) {
  return assignment.substr(0, assignment.find('='));
}

Prepared prepare(const Command& command) {
  assert(!command.argv.empty());
  Prepared out;
  out.program = command.argv[0];
  if (out.program.find('/') == std::string::npos) {
    const auto found = find_program(out.program);
    if (!found)
      throw std::system_error(ENOENT, std::generic_category(), "cannot run " + out.program);
    out.program = found->string();
  }
  out.environment = command.environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    bool replaced = false;
    for (const auto& own : command.environment) replaced |= name_of(own) == name_of(*entry);
    if (!replaced) out.environment.emplace_back(*entry);
  }
  for (const auto& argument : command.argv) out.argv.push_back(const_cast<char*>(argument.c_str()));
  out.argv.push_back(nullptr);
  for (auto& entry : out.environment) out.envp.push_back(entry.data());
  out.envp.push_back(nullptr);
  return out;
}

struct Streams {
  int in = -1;
  int out = -1;
  int err = -1;
};

// In the child. Any failure is written to `report` as an errno and ends the child.
[[noreturn]] void become(const Command& command, const Prepared& prepared, const Streams& streams,
                         const char* directory, pid_t parent, int report) {
  const auto give_up = [report] {
    const int error = errno;
    [[maybe_unused]] const auto written = ::write(report, &error, sizeof error);
    _exit(127);
  };
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGQUIT})
    ::signal(number, SIG_DFL);
  if (command.own_group && setpgid(0, 0) != 0) give_up();
  if (dup2(streams.in, 0) < 0 || dup2(streams.out, 1) < 0 || dup2(streams.err, 2) < 0) give_up();
  if (command.identity) {
    if (setgroups(0, nullptr) != 0 || setgid(command.identity->gid) != 0 ||
        setuid(command.identity->uid) != 0)
      give_up();
  }
  if (directory[0] != '\0' && chdir(directory) != 0) give_up();
  if (command.death_signal != 0) {  // after setuid, which clears it
    if (prctl(PR_SET_PDEATHSIG, command.death_signal) != 0) give_up();
    if (getppid() != parent) _exit(127);  // the parent died before the line above
  }
  execve(prepared.program.c_str(), prepared.argv.data(), prepared.envp.data());
  give_up();
  _exit(127);
}

pid_t start(const Command& command, const Streams& streams) {
  const Prepared prepared = prepare(command);
  std::string directory = command.directory.string();
  if (directory.empty() && command.identity) directory = "/";
  Pipe report = make_pipe();
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) fail("fork");
  if (pid == 0) become(command, prepared, streams, directory.c_str(), parent, report.write.fd);
  report.write.close();
  int error = 0;
  ssize_t got = 0;
  do got = ::read(report.read.fd, &error, sizeof error);
  while (got < 0 && errno == EINTR);
  if (got > 0) {
    waitpid(pid, nullptr, 0);
    throw std::system_error(error, std::generic_category(), "cannot run " + prepared.program);
  }
  return pid;
}

Descriptor open_null() {
  Descriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (null.fd < 0) fail("open /dev/null");
  return null;
}

void drain(Descriptor& from, std::string& into) {
  std::array<char, 16384> chunk;
  const ssize_t got = ::read(from.fd, chunk.data(), chunk.size());
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (got <= 0) return from.close();
  const auto room = output_bytes_max - into.size();
  into.append(chunk.data(), std::min(static_cast<std::size_t>(got), room));
}

// Hands on what is new and whole of a growing text.
class Lines {
 public:
  explicit Lines(const std::function<void(const std::string&)>& taker) : taker_(taker) {}
  void show(const std::string& text) {
    if (!taker_) return;
    for (auto end = text.find('\n', from_); end != std::string::npos;
         end = text.find('\n', from_)) {
      const auto line = text.substr(from_, end - from_);
      from_ = end + 1;
      taker_(line);
    }
  }

 private:
  const std::function<void(const std::string&)>& taker_;
  std::size_t from_ = 0;
};

int reap(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace

Child Child::spawn(const Command& command) {
  Descriptor null = open_null();
  Descriptor output;
  if (!command.output.empty()) {
    output.fd = ::open(command.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (output.fd < 0) fail("open " + command.output.string());
  }
  const int out = output.fd >= 0 ? output.fd : null.fd;
  return Child(start(command, {null.fd, out, out}));
}

Child::Child(Child&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), status_(std::exchange(other.status_, std::nullopt)) {}

Child& Child::operator=(Child&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(status_, other.status_);
  return *this;
}

Child::~Child() {
  if (pid_ < 0 || status_) return;
  ::kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Child::signal(int number) const {
  if (pid_ > 0 && !status_) ::kill(pid_, number);
}

std::optional<int> Child::wait(std::chrono::milliseconds limit) {
  const auto until = SteadyClock::now() + limit;
  while (!status_) {
    int status = 0;
    const pid_t got = waitpid(pid_, &status, WNOHANG);
    if (got == pid_) status_ = status;
    if (got < 0 && errno != EINTR) status_ = 0;  // reaped elsewhere: it has ended
    if (status_ || SteadyClock::now() >= until) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return status_;
}

std::string Finished::last_error_line() const {
  std::string_view text = errors.empty() ? output : errors;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  const auto start = text.rfind('\n');
  return std::string(start == std::string_view::npos ? text : text.substr(start + 1));
}

Finished run(const Command& command, std::chrono::milliseconds limit,
             const std::function<void(const std::string&)>& on_line) {
  Descriptor null = open_null();
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  const pid_t pid = start(command, {null.fd, out.write.fd, err.write.fd});
  out.write.close();
  err.write.close();
  const auto kill_all = [&] { ::kill(command.own_group ? -pid : pid, SIGKILL); };

  Finished finished;
  Lines lines(on_line);
  const auto until = SteadyClock::now() + limit;
  try {
    while (out.read.fd >= 0 || err.read.fd >= 0) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(until - SteadyClock::now()).count();
      if (left <= 0) {
        finished.timed_out = true;
        kill_all();
        break;
      }
      std::array<pollfd, 2> wanted{{{out.read.fd, POLLIN, 0}, {err.read.fd, POLLIN, 0}}};
      if (poll(wanted.data(), wanted.size(), static_cast<int>(left)) < 0 && errno != EINTR)
        fail("poll");
      if (wanted[0].revents != 0) drain(out.read, finished.output);
      if (wanted[1].revents != 0) drain(err.read, finished.errors);
      lines.show(finished.output);
    }
  } catch (...) {
    kill_all();
    reap(pid);
    throw;
  }
  const int status = reap(pid);
  finished.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return finished;
}

std::optional<std::filesystem::path> find_program(const std::string& name) {
  const char* value = std::getenv("PATH");
  std::string_view rest = value != nullptr ? value : "/usr/local/bin:/usr/bin:/bin";
  while (true) {
    const auto colon = rest.find(':');
    const auto candidate = std::filesystem::path(rest.substr(0, colon)) / name;
    if (access(candidate.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(candidate))
      return candidate;
    if (colon == std::string_view::npos) return std::nullopt;
    rest.remove_prefix(colon + 1);
  }
}

std::optional<Identity> unprivileged_identity() {
  if (geteuid() != 0) return std::nullopt;
  for (const char* name : {"postgres", "nobody"}) {
    if (const passwd* entry = getpwnam(name)) return Identity{entry->pw_uid, entry->pw_gid};
  }
  throw std::runtime_error(
      "ride runs as root and finds neither a user `postgres` nor `nobody` to run the server as: "
      "make one (useradd -r postgres) or run ride as another user");
}

}  // namespace ride::sandbox
