// How an actor's sessions are doing, as the dashboard of its application would count it: sessions,
// operations, errors by SQLSTATE, and how long its statements took lately. For people who watch; no
// verdict reads it, and nothing of it is recorded.
//
// Any thread. Times are of the steady clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ride::sandbox {

// At one moment; `lately` is the window that ends there.
struct ServiceReading {
  int sessions_wanted = 0;
  std::set<int> pids;  // of those it has
  std::uint64_t operations = 0;
  std::map<std::string, std::uint64_t> errors;  // by SQLSTATE; "" where the server said none
  std::uint64_t operations_lately = 0;
  std::uint64_t errors_lately = 0;
  std::vector<std::int64_t> statements_us_lately;  // those under way with the time until now
};

class ServiceMeter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds window{10};
  static constexpr std::size_t samples_max = 20'000;  // of a window; the oldest are forgotten

  void wanted(int sessions);
  void connected(int pid);
  void gone(int pid);
  void statement_began(int pid, Time now);
  void statement_ended(int pid, Time now);
  void operation_done(Time now);
  void failed(const std::string& sqlstate, Time now);

  ServiceReading read(Time now) const;

 private:
  struct Sample {
    Time at;
    std::int64_t us = 0;
  };
  template <typename T>
  static void keep(std::deque<T>& samples, T sample);

  mutable std::mutex mutex_;
  int sessions_wanted_ = 0;
  std::set<int> pids_;
  std::map<int, Time> under_way_;  // by the session's pid
  std::uint64_t operations_ = 0;
  std::map<std::string, std::uint64_t> errors_;
  std::deque<Sample> statements_;
  std::deque<Time> done_;
  std::deque<Time> failures_;
};

// The smallest value that at least 95 of 100 are not above; nothing where there are none.
std::optional<std::int64_t> p95(std::vector<std::int64_t> values);

}  // namespace ride::sandbox
