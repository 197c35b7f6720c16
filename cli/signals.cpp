#include "cli/signals.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace ride::cli {
namespace {

constexpr rlim_t files_max = 16'384;

// Where the signal handler writes one byte; poll wakes up from it.
int signal_pipe = -1;

extern "C" void on_signal(int) {
  const int saved = errno;
  [[maybe_unused]] const auto sent = ::write(signal_pipe, "s", 1);
  errno = saved;
}

}  // namespace

Signals::Signals() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "signals: pipe");
  read_ = Descriptor(ends[0]);
  write_ = Descriptor(ends[1]);
  signal_pipe = ends[1];
  struct sigaction action = {};
  action.sa_handler = on_signal;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
}

Signals::~Signals() {
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
}

bool Signals::take(int wait_ms) const {
  pollfd state{read_.get(), POLLIN, 0};
  ::poll(&state, 1, wait_ms);
  char byte = 0;
  return ::read(read_.get(), &byte, 1) == 1;
}

void allow_many_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, files_max);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) spdlog::warn("cannot raise the limit of open files");
}

}  // namespace ride::cli
