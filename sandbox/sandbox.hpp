// A running incident: servers, actors, log followers and checks of one attempt. The supervisor
// boots one per attempt and throws it away at reset and stop.
//
// All member functions are called from the program's main thread (the server is its child and dies
// with that thread); callbacks come from actor and follower threads and must be quick and
// thread-safe. Failures throw std::runtime_error with one line for people. boot() cleans up after
// itself when it throws.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "sandbox/dashboard.hpp"
#include "sandbox/lock_wait.hpp"
#include "sandbox/notes.hpp"
#include "sandbox/scenario.hpp"
#include "sandbox/server.hpp"

namespace ride::journal {
class SharedAppender;
}

namespace ride::sandbox {

class Sandbox;

struct Options {
  Mode mode = Mode::automatic;
  std::string postgres;  // as in ServerOptions
  bool offline = false;
  std::string home;                                  // RIDE_HOME
  std::filesystem::path cache;                       // RIDE_HOME/cache
  std::function<void(const std::string&)> progress;  // one line each, main thread
  std::function<void(const Remains&)> created;       // store this before anything is started
  std::function<void(const ActorNote&)> on_actor;    // state changes of actors
  std::function<void(const LogNote&)> on_log;  // lines of the server's log, ride's own left out
  const Sandbox* previous = nullptr;  // of the run's last attempt: its choice of a server stands
};

struct ProbeResult {
  std::string id;
  std::string title;
  std::string value;  // what was seen; the reason where unreadable
  std::string state;  // "healthy" | "unhealthy" | "unreadable"
};

class Sandbox {
 public:
  // Boots, seeds (by the cached template) and starts the log follower: nothing of the incident yet.
  // `scenario`, `appender` and `clock` must outlive the sandbox; its threads use them.
  static std::unique_ptr<Sandbox> boot(const Scenario& scenario, const Options& options,
                                       journal::SharedAppender& appender, const Clock& clock);
  virtual ~Sandbox() = default;  // stops

  // Which servers there are beside the main one, into the record of an attempt that has begun.
  virtual void record_servers() = 0;
  // The fault steps in order, with the actors they start.
  virtual void inject() = 0;
  // Throws, naming the confirmation that does not hold, what was seen and what was expected.
  virtual void confirm() = 0;
  // Snapshot "start" of every database and the cluster, between fences.
  virtual void record_start() = 0;
  // Runs every probe as ride_check and records it.
  virtual std::vector<ProbeResult> probes() = 0;
  // How the application fares at this moment. Not recorded.
  virtual Dashboard dashboard() = 0;
  // What its databases hold, see fingerprint.hpp.
  virtual std::string fingerprint() = 0;
  // What submit needs, with the proxy held: fence, snapshot, checks, workload, checks, fence.
  virtual void submit_evidence() = 0;
  // Writes a nonce into each server's log, the main one's last, and returns once everything before
  // it is in the journal.
  virtual void fence() = 0;
  // Ends actors, follower and server, and removes the private directory. Idempotent.
  virtual void stop() noexcept = 0;
  // The same, but the server and its directory go while the caller does something else; destroying
  // the sandbox waits for that.
  virtual void stop_in_background() noexcept = 0;

  // Nothing while the server runs, else one line about its end.
  virtual std::optional<std::string> server_ended() = 0;
  virtual std::vector<LockWait> lock_waits() = 0;
  // The last lines of the servers' logs as an on-call person would see it, ride's own left out.
  virtual std::vector<std::string> recent_log(std::size_t lines) = 0;

  // The upstream for the proxy: …/socket/.s.PGSQL.5432; `server` as in the scenario, "" is the main
  // one.
  virtual std::string socket_path(const std::string& server = "") const = 0;
  virtual std::string mode() const = 0;  // "local" | "docker" | "server"
  virtual std::string server_version() const = 0;
  virtual std::string describe() const = 0;  // which sandbox and why, one line
  virtual Remains remains() const = 0;
  // A server like its own, for the next attempt; none where the choice has to be made again.
  virtual Choice another_server(const ServerOptions& options) const = 0;

  // The learner's role, let in without a password: "oncall".
  static const char* learner_role();
};

}  // namespace ride::sandbox
