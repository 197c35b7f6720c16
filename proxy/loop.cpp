#include "proxy/loop.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace ride::proxy {
namespace {

constexpr int events_at_once = 128;

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::system_category(), what);
}

}  // namespace

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  if (epoll_ < 0) fail("cannot make an epoll descriptor");
  mail_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  epoll_event event{.events = EPOLLIN, .data = {.ptr = nullptr}};
  if (mail_ >= 0 && ::epoll_ctl(epoll_, EPOLL_CTL_ADD, mail_, &event) == 0) return;
  const std::system_error error(errno, std::system_category(), "cannot make an event descriptor");
  if (mail_ >= 0) ::close(mail_);
  ::close(epoll_);
  throw error;
}

Loop::~Loop() {
  ::close(mail_);
  ::close(epoll_);
}

void Loop::run() {
  std::array<epoll_event, events_at_once> events{};
  while (!over_) {
    const int count = ::epoll_wait(epoll_, events.data(), events_at_once, wait_ms_max());
    if (count < 0 && errno != EINTR) fail("cannot wait for events");
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      if (event.data.ptr != nullptr)
        static_cast<Watcher*>(event.data.ptr)->on_events(event.events);
      else
        run_posted();
    }
    if (!sleepers_.empty()) tell_due();
    after_batch_();
  }
}

void Loop::stop() {
  post(Task([this] { over_ = true; }));
}

void Loop::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
  }
  const std::uint64_t one = 1;
  // It can only fail where the counter is full, and then the loop wakes anyway.
  [[maybe_unused]] const auto written = ::write(mail_, &one, sizeof one);
}

void Loop::run_posted() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto read = ::read(mail_, &count, sizeof count);
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  for (auto& task : tasks) task();
}

void Loop::watch(int descriptor, std::uint32_t before, std::uint32_t events, Watcher& watcher) {
  if (before == events) return;
  const int operation = before == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  epoll_event event{.events = events, .data = {.ptr = &watcher}};
  if (::epoll_ctl(epoll_, operation, descriptor, &event) != 0) fail("cannot watch a descriptor");
}

void Loop::wake(Sleeper& sleeper, Time when) {
  if (sleeper.wakes_at <= when) return;
  let_sleep(sleeper);
  sleeper.wakes_at = when;
  sleepers_.emplace(when, &sleeper);
}

void Loop::let_sleep(Sleeper& sleeper) {
  if (sleeper.wakes_at == Time::max()) return;
  sleepers_.erase({sleeper.wakes_at, &sleeper});
  sleeper.wakes_at = Time::max();
}

// -1: as long as it takes.
int Loop::wait_ms_max() const {
  if (sleepers_.empty()) return -1;
  const auto first = sleepers_.begin()->first;
  const auto now = std::chrono::steady_clock::now();
  if (first <= now) return 0;
  return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(
                              std::min(first - now, Time::duration(std::chrono::hours(1))))
                              .count());
}

// Those that are due by now: who sleeps again while told waits for the next batch.
void Loop::tell_due() {
  const auto now = std::chrono::steady_clock::now();
  std::vector<Sleeper*> due;
  for (const auto& [when, sleeper] : sleepers_) {
    if (when > now) break;
    due.push_back(sleeper);
  }
  for (auto* const sleeper : due) {
    if (sleeper->wakes_at > now) continue;  // another one has sent it to sleep meanwhile
    let_sleep(*sleeper);
    sleeper->on_time();
  }
}

}  // namespace ride::proxy
