#include "cli/signals.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace ride::cli {
namespace {

constexpr rlim_t files_max = 16'384;

// Where the signal handler writes one byte; poll wakes up from it.
int signal_pipe = -1;

// What came and was not taken, by number; the pipe alone would lose some once it is full.
std::array<std::atomic<unsigned>, NSIG> pending;
static_assert(std::atomic<unsigned>::is_always_lock_free);

extern "C" void on_signal(int number) {
  const int saved = errno;
  ++pending[static_cast<std::size_t>(number)];
  [[maybe_unused]] const auto sent = ::write(signal_pipe, "s", 1);
  errno = saved;
}

int take_pending() {
  for (const auto number : {SIGTERM, SIGINT}) {
    auto& count = pending[static_cast<std::size_t>(number)];
    if (count == 0) continue;
    --count;  // each counts: the first drains, the second cuts
    return number;
  }
  for (std::size_t number = 1; number < pending.size(); ++number)
    if (pending[number].exchange(0) > 0) return static_cast<int>(number);
  return 0;
}

}  // namespace

Signals::Signals(std::initializer_list<int> others) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::system_error(errno, std::generic_category(), "signals: pipe");
  read_ = Descriptor(ends[0]);
  write_ = Descriptor(ends[1]);
  signal_pipe = ends[1];
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (auto& count : pending) count = 0;
  ::sigaction(SIGTERM, &action, nullptr);
  ::sigaction(SIGINT, &action, nullptr);
  for (const auto number : others) ::sigaction(number, &action, nullptr);
}

Signals::~Signals() {
  std::signal(SIGTERM, SIG_DFL);
  std::signal(SIGINT, SIG_DFL);
  signal_pipe = -1;  // others may still come, and find nobody
}

int Signals::next(int wait_ms) const {
  if (const auto number = take_pending(); number != 0) return number;
  pollfd state{read_.get(), POLLIN, 0};
  ::poll(&state, 1, wait_ms);
  std::array<char, 512> bytes{};
  while (::read(read_.get(), bytes.data(), bytes.size()) > 0) {
  }
  return take_pending();
}

void allow_many_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, files_max);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) spdlog::warn("cannot raise the limit of open files");
}

}  // namespace ride::cli
