// Waits for many descriptors at once, and tells whoever watches one that it can go on. Descriptors
// are registered once and reported as long as they are ready (level-triggered): what passes on
// costs no call to the kernel besides its own reading and writing, and one wait for all that are
// ready by then.
//
// Only the thread that is in run() calls what is in here, save post() and stop().
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace ride::proxy {

class Loop {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Task = std::packaged_task<void()>;

  // Whoever is told. It may stop watching at any time, but has to stay alive until the events that
  // have been fetched together with its own are all told: see retire().
  class Watcher {
   public:
    virtual void on_events(std::uint32_t events) = 0;  // of EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP

   protected:
    ~Watcher() = default;
  };
  class Sleeper {
   public:
    virtual void on_time() = 0;

    Time wakes_at = Time::max();  // the loop's own; max: it does not sleep

   protected:
    ~Sleeper() = default;
  };

  Loop();  // throws std::system_error
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();            // until stop()
  void stop();           // any thread; what was posted before is done first
  void post(Task task);  // any thread

  // What is to be told of a descriptor from now on, and what was until now: EPOLLIN, EPOLLOUT, or 0
  // for nothing at all, not even its end. Throws std::system_error where the kernel takes no more.
  void watch(int descriptor, std::uint32_t before, std::uint32_t events, Watcher& watcher);

  // Once, at that time or before, behind the events that are being told; `Time()`: behind those.
  void wake(Sleeper& sleeper, Time when);
  void let_sleep(Sleeper& sleeper);

  // To be called behind each batch of events.
  void after_batch(std::function<void()> call) { after_batch_ = std::move(call); }

 private:
  int wait_ms_max() const;
  void tell_due();
  void run_posted();

  int epoll_ = -1;
  int mail_ = -1;  // an eventfd
  std::set<std::pair<Time, Sleeper*>> sleepers_;
  std::function<void()> after_batch_ = [] {};
  bool over_ = false;
  std::mutex mutex_;
  std::vector<Task> posted_;  // guarded by mutex_
};

}  // namespace ride::proxy
