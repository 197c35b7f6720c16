#include "tests/support/terminal_program.hpp"

#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <system_error>

namespace ride::test {
namespace {

constexpr std::chrono::seconds wait_max{20};

winsize size_of(std::size_t rows, std::size_t columns) {
  return {static_cast<unsigned short>(rows), static_cast<unsigned short>(columns), 0, 0};
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (auto& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

}  // namespace

TerminalProgram::TerminalProgram(const std::vector<std::string>& argv, std::size_t rows,
                                 std::size_t columns, const std::string& terminal)
    : screen_(rows, columns) {
  auto words = argv;
  const auto arguments = pointers(words);
  auto size = size_of(rows, columns);
  pid_ = ::forkpty(&terminal_, nullptr, nullptr, &size);
  if (pid_ < 0) throw std::system_error(errno, std::system_category(), "forkpty");
  if (pid_ == 0) {
    ::setenv("TERM", terminal.c_str(), 1);
    ::unsetenv("NO_COLOR");
    ::unsetenv("LINES");
    ::unsetenv("COLUMNS");
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
}

TerminalProgram::~TerminalProgram() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (terminal_ >= 0) ::close(terminal_);
}

void TerminalProgram::hang_up() {
  ::close(terminal_);
  terminal_ = -1;
  gone_ = true;
}

void TerminalProgram::type(std::string_view keys) const {
  if (::write(terminal_, keys.data(), keys.size()) != static_cast<ssize_t>(keys.size()))
    throw std::system_error(errno, std::system_category(), "type");
}

void TerminalProgram::resize(std::size_t rows, std::size_t columns) {
  screen_ = VirtualScreen(rows, columns);
  const auto size = size_of(rows, columns);
  ::ioctl(terminal_, TIOCSWINSZ, &size);
}

template <class Done>
bool TerminalProgram::read_until(Done&& done) {
  const auto deadline = std::chrono::steady_clock::now() + wait_max;
  while (!done()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    pollfd from{terminal_, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&from, 1, static_cast<int>(left.count())) <= 0) return false;
    std::array<char, 65'536> chunk;
    const auto got = ::read(terminal_, chunk.data(), chunk.size());
    if (got <= 0) {
      gone_ = true;
      return done();
    }
    const std::string_view bytes(chunk.data(), static_cast<std::size_t>(got));
    sent_ += bytes;
    screen_.feed(bytes);
  }
  return true;
}

bool TerminalProgram::until(std::string_view text) {
  return read_until([&] { return screen_.shows(text); });
}

bool TerminalProgram::until_gone(std::string_view text) {
  return read_until([&] { return !screen_.shows(text); });
}

int TerminalProgram::wait() {
  if (!gone_) read_until([] { return false; });
  if (!gone_) ::kill(pid_, SIGKILL);
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace ride::test
