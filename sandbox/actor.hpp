// One of the incident's own application sessions: a thread with one libpq connection that does what
// the scenario says, notices at once when its connection is lost, and records what becomes of it.
//
// start() and stop() belong to the owner's thread; everything else happens on the actor's own.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <string>
#include <thread>

#include "sandbox/notes.hpp"
#include "sandbox/recorder.hpp"
#include "sandbox/scenario.hpp"
#include "sandbox/session.hpp"

namespace ride::sandbox {

// What an actor needs from its sandbox; all of it must outlive the actor and be thread-safe.
struct ActorSurroundings {
  Recorder& recorder;
  std::function<Login(const std::string& role, const std::string& database)> login;
  // backend_start of a session in microseconds since the epoch, 0 where it is gone already.
  std::function<std::int64_t(int pid)> backend_start_us;
  std::function<void(const ActorNote&)> on_note;  // may be empty
};

// A descriptor that turns readable once and stays so: wakes whatever waits on it.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  void raise() noexcept;
  bool raised() const { return raised_.load(); }
  int fd() const { return fd_; }
  // False when it was raised meanwhile.
  bool sleep(std::chrono::milliseconds time) const;

 private:
  int fd_ = -1;
  std::atomic<bool> raised_{false};
};

class Actor {
 public:
  Actor(const ActorSpec& spec, ActorSurroundings surroundings);
  ~Actor();  // stops
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  // Returns when `run` is done and, where it loops, the first operation was sent. Throws
  // std::runtime_error when it cannot connect, a statement of `run` fails, or that takes too long.
  void start();
  void stop() noexcept;
  const ActorSpec& spec() const { return spec_; }

 private:
  enum class Outcome { done, failed, lost, stopped };

  void live();
  bool connect();
  void work();
  bool run_once();
  bool loop();
  Outcome perform(const std::string& sql, const std::vector<std::string>& parameters);
  void settle();
  void report_failure(const Failure& failure);
  void enter(const char* state, const Failure& failure = {});
  void record(const char* state, const Failure& failure, std::int64_t started_us);
  void show_progress();
  void started();
  void failed_to_start(const std::string& why);

  const ActorSpec& spec_;
  ActorSurroundings surroundings_;
  StopSignal stop_;
  std::thread thread_;
  std::promise<void> started_;
  bool start_answered_ = false;

  // The thread's own.
  std::optional<Session> session_;
  std::string state_;
  std::uint64_t progress_ = 0;
  std::uint64_t operation_ = 0;  // which value of the loop is next
  Failure failure_;              // of the last operation
  std::chrono::steady_clock::time_point progress_shown_{};
  std::chrono::steady_clock::time_point failure_shown_{};
};

// The value of the n-th operation: from, from + 1, …, to, from, …
std::vector<std::string> parameters_of(const std::optional<ValueRange>& values, std::uint64_t n);

}  // namespace ride::sandbox
