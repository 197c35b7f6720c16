// One run, from the first boot to stop: its file, its proxy, and the sandbox of its current
// attempt. The supervisor owns one and calls it from its main thread alone; each member is one
// command of a person's. Failures throw with one line; after a failed submit or reset the run goes
// on.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "cli/bypass_watch.hpp"
#include "cli/control.hpp"
#include "cli/paths.hpp"
#include "cli/run_state.hpp"
#include "cli/watch.hpp"
#include "journal/writer.hpp"
#include "proxy/proxy.hpp"
#include "sandbox/sandbox.hpp"

namespace ride::cli {

// What the attempt's parameters are drawn from. Throws for recorded values that cannot be read.
sandbox::Drawing drawing_of(const RunState& state);

// As `--sandbox` has it; "auto" and all else is automatic.
sandbox::Mode sandbox_mode(std::string_view word);

class Run {
 public:
  // `state` names a new file, or one whose last attempt is over (`state.attempt` is then the next).
  Run(Home home, RunState state);
  ~Run();  // as stop(), but the attempt is left open where stop() was not called

  // Boots, injects, confirms, opens the port. Throws after taking back whatever it made.
  void begin(const Progress& progress);

  boost::json::object describe() const;  // {run, scenario, sandbox, dsn, servers, file}
  boost::json::object status();
  // What changes of it, for somebody who asks every second: the dashboard now, and the probes as
  // they were a moment ago. Records a probe only when it asks it.
  boost::json::object watch_status();
  boost::json::object sessions();  // actors' pids, and who waits for a lock
  boost::json::object hint();
  boost::json::object log();
  boost::json::object submit(const Progress& progress);
  boost::json::object drawn() const;  // {seed, values}; they name what the learner is to find
  // `seed`: what the next attempt and all after it are drawn from.
  boost::json::object reset(const Progress& progress, std::optional<std::uint32_t> seed = {});
  boost::json::object stop();

  // Now and then, between commands: whether somebody went around the proxy.
  void look_around();

  const Watch& watch() const { return watch_; }

 private:
  // Of the current attempt: `none` before it began and after a reset that failed.
  enum class Phase { none, open, submitted };

  void boot(const Progress& progress, const sandbox::Sandbox* previous = nullptr);
  void record_run();
  void record_attempt();
  sandbox::Scenario draw_next(std::optional<std::uint32_t> seed);
  void start_proxy();
  std::vector<RunServer> asked_servers() const;
  std::string dsn(std::uint16_t port) const;
  void append(journal::Kind kind, const std::string& body);
  void end_attempt(std::string_view how);
  std::string nudge() const;  // what was looked at and what not yet; empty: nothing to say
  void store_facts();         // derives them, stores them, and records submit_ended
  std::size_t count_requests() const;
  boost::json::array ask_probes();
  void add_troubles(boost::json::object& out) const;
  void notice_bypasses(journal::facts::Record record) noexcept;
  void look_for_bypasses(journal::facts::Record record) noexcept;
  sandbox::Sandbox& sandbox();

  Home home_;
  RunState state_;
  sandbox::Scenario scenario_;
  Clock clock_;
  Watch watch_;
  BypassWatch bypasses_;
  std::unique_ptr<journal::Writer> writer_;
  std::unique_ptr<proxy::Proxy> proxy_;
  std::unique_ptr<sandbox::Sandbox> sandbox_;
  Phase phase_ = Phase::none;
  std::size_t hints_shown_ = 0;   // staged ones, and behind these each new line by itself
  std::set<std::string> nudged_;  // lines shown in this attempt
  boost::json::array probes_;     // as they were asked last
  std::chrono::steady_clock::time_point probes_asked_{};
};

}  // namespace ride::cli
