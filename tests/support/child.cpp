#include "tests/support/child.hpp"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "tests/support/eventually.hpp"

namespace ride::test {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (auto& text : strings) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

std::vector<std::string> environment_with(const std::vector<std::string>& added) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    // Settings of the person's own libpq would change what is tested.
    if (std::string_view(*entry).starts_with("PG")) continue;
    const auto name = std::string_view(*entry).substr(0, std::string_view(*entry).find('=') + 1);
    if (std::any_of(added.begin(), added.end(),
                    [&](const std::string& other) { return other.starts_with(name); }))
      continue;
    out.emplace_back(*entry);
  }
  out.insert(out.end(), added.begin(), added.end());
  return out;
}

}  // namespace

std::pair<uid_t, gid_t> unprivileged_user(const std::string& root) {
  if (!root.empty()) {
    const std::unique_ptr<FILE, int (*)(FILE*)> users(fopen((root + "/etc/passwd").c_str(), "re"),
                                                      fclose);
    while (users != nullptr) {
      const auto* user = fgetpwent(users.get());
      if (user == nullptr) break;
      if (user->pw_name == std::string_view("postgres")) return {user->pw_uid, user->pw_gid};
    }
    throw std::runtime_error("no user postgres in " + root);
  }
  if (geteuid() != 0) return {geteuid(), getegid()};
  const auto* user = getpwnam("postgres");
  if (user == nullptr) user = getpwnam("nobody");
  if (user == nullptr) throw std::runtime_error("neither user postgres nor nobody is there");
  return {user->pw_uid, user->pw_gid};
}

Child::Child(const std::vector<std::string>& argv, const ChildOptions& options) {
  auto arguments = argv;
  auto environment = environment_with(options.environment);
  const auto argument_pointers = pointers(arguments);
  const auto environment_pointers = pointers(environment);
  const auto [uid, gid] = options.unprivileged || !options.root.empty()
                              ? unprivileged_user(options.root)
                              : std::pair(geteuid(), getegid());
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) fail("pipe");
  output_ = memfd_create("output", MFD_CLOEXEC);
  if (output_ < 0) fail("memfd_create");
  pid_ = fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) {
    if (!options.root.empty() && chroot(options.root.c_str()) != 0) _exit(126);
    if (uid != geteuid() &&
        (setgroups(0, nullptr) != 0 || setgid(gid) != 0 || setuid(uid) != 0 || chdir("/") != 0))
      _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(pipe_ends[0], STDIN_FILENO);
    dup2(output_, STDOUT_FILENO);
    dup2(output_, STDERR_FILENO);
    execvpe(argument_pointers.front(), argument_pointers.data(), environment_pointers.data());
    _exit(127);
  }
  close(pipe_ends[0]);
  input_ = pipe_ends[1];
}

Child::~Child() {
  close_input();
  if (running()) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(output_);
}

void Child::write(const std::string& input) const {
  std::size_t at = 0;
  while (at < input.size()) {
    const auto written = ::write(input_, input.data() + at, input.size() - at);
    if (written < 0) return;  // it has ended: its output says why
    at += static_cast<std::size_t>(written);
  }
}

void Child::close_input() {
  if (input_ >= 0) close(input_);
  input_ = -1;
}

void Child::signal(int number) const { kill(pid_, number); }

bool Child::running() {
  if (status_ >= 0) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) == 0) return true;
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return false;
}

int Child::wait() {
  close_input();
  if (!eventually([this] { return !running(); }, std::chrono::seconds(60)))
    throw std::runtime_error("a child did not end: " + output());
  return status_;
}

std::string Child::output() const {
  std::string out;
  std::array<char, 4096> block{};
  ssize_t size = 0;
  while ((size = pread(output_, block.data(), block.size(), static_cast<off_t>(out.size()))) > 0)
    out.append(block.data(), static_cast<std::size_t>(size));
  return out;
}

Finished run(const std::vector<std::string>& argv, const std::string& input,
             const ChildOptions& options) {
  Child child(argv, options);
  child.write(input);
  const int status = child.wait();
  return {status, child.output()};
}

}  // namespace ride::test
