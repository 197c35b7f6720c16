// One connection of an actor: connects, does what the scenario says, notices at once when it is
// lost, and comes back where the actor does. Records what becomes of it.
//
// Lives on its actor's thread alone; nothing here blocks it.
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "proxy/io.hpp"
#include "sandbox/notes.hpp"
#include "sandbox/operation.hpp"
#include "sandbox/recorder.hpp"
#include "sandbox/scenario.hpp"
#include "sandbox/service_meter.hpp"
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

// What the sessions of an actor have in common.
struct ActorWork {
  const ActorSpec& spec;
  ActorSurroundings surroundings;
  ServiceMeter meter;
  bool stopping = false;
  std::uint64_t next_operation = 0;
  std::uint64_t progress = 0;
  std::chrono::steady_clock::time_point progress_shown{};
  // Once for each session, and once for all where one failed; later calls change nothing.
  std::function<void()> begun;
  std::function<void(const std::string& why)> failed_to_start;
};

class ActorSession {
 public:
  // `number` counts the actor's sessions from 0.
  ActorSession(proxy::asio::io_context& context, ActorWork& work, int number);

  // Until the actor is stopped, or the session died for good.
  proxy::Awaitable<void> live();
  void stop();  // wakes it, when `work.stopping` is set

 private:
  using Time = std::chrono::steady_clock::time_point;
  enum class Outcome { done, failed, lost, stopped };

  proxy::Awaitable<bool> connect();
  proxy::Awaitable<void> open();  // throws SessionError
  proxy::Awaitable<void> work();
  proxy::Awaitable<bool> run_once();
  proxy::Awaitable<bool> loop();
  proxy::Awaitable<Outcome> operate();
  proxy::Awaitable<Outcome> operate_per_row(Answer rows);
  proxy::Awaitable<Outcome> perform(std::string sql, std::vector<std::string> parameters);
  proxy::Awaitable<bool> roll_back();
  proxy::Awaitable<bool> try_again();
  proxy::Awaitable<bool> answered_before(Time until);
  proxy::Awaitable<bool> lost_before(Time until);
  proxy::Awaitable<bool> ready_before(Session::Wanted wanted, Time until);
  proxy::Awaitable<void> sleep(int ms);

  bool next_operation();
  Time next_start(Time started);
  int spread(int ms) const;
  void refused(const SessionError& error);
  void drop();
  void begun();
  void settle();
  void report_failure(const Failure& failure);
  void enter(const char* state, const Failure& failure = {});
  void record(const char* state, const Failure& failure, std::int64_t started_us);
  void show_progress();

  ActorWork& work_;
  int number_;
  proxy::Timer timer_;
  // A duplicate of libpq's socket: libpq closes its own whenever it likes.
  proxy::asio::posix::basic_stream_descriptor<proxy::Executor> descriptor_;
  std::optional<Session> session_;
  int pid_ = 0;  // of the session, or of the last one
  std::string state_;
  bool begun_ = false;
  std::optional<std::uint64_t> operation_;  // the one under way; done again after a loss
  int tries_ = 0;                           // of it that failed
  std::optional<Time> due_;                 // by its rate
  Answer answer_;                           // of the last statement
  Failure failure_;                         // of the last operation
  Time failure_shown_{};
};

}  // namespace ride::sandbox
