#include "sandbox/sandbox.hpp"

#include <algorithm>
#include <cassert>
#include <stdexcept>
#include <thread>

#include "sandbox/actor.hpp"
#include "sandbox/check.hpp"
#include "sandbox/cluster.hpp"
#include "sandbox/control.hpp"
#include "sandbox/files.hpp"
#include "sandbox/fingerprint.hpp"
#include "sandbox/log_follower.hpp"
#include "sandbox/own_sessions.hpp"
#include "sandbox/recorder.hpp"
#include "sandbox/snapshot.hpp"
#include "sandbox/workload.hpp"

namespace ride::sandbox {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr milliseconds fence_limit{10'000};
constexpr milliseconds fault_limit{60'000};
constexpr milliseconds confirm_pause{20};

Choice choose(const Scenario& scenario, const Options& options) {
  ServerOptions wanted;
  wanted.postgres_min = scenario.environment.postgres_min;
  wanted.postgres_max = scenario.environment.postgres_max;
  wanted.postgres = options.postgres;
  wanted.offline = options.offline;
  wanted.home = options.home;
  wanted.cache = options.cache;
  wanted.created = options.created;
  wanted.progress = options.progress;
  if (options.previous != nullptr) {
    auto choice = options.previous->another_server(wanted);
    if (choice.server) return choice;
  }
  return choose_server(options.mode, wanted, scenario.environment.local,
                       scenario.environment.docker);
}

class RunningSandbox final : public Sandbox {
 public:
  RunningSandbox(const Scenario& scenario, const Options& options,
                 journal::SharedAppender& appender, const Clock& clock)
      : scenario_(scenario),
        options_(options),
        recorder_(appender, clock),
        own_sessions_(recorder_),
        cluster_(
            Cluster::boot(choose(scenario, options), scenario, options.cache, options.progress)),
        control_(cluster_),
        follower_(cluster_.directory().log(), recorder_, own_sessions_, options.on_log) {
    cluster_.note_sessions_in(own_sessions_);
    version_ = cluster_.server().version();
    description_ = cluster_.server().describe() + "; " + cluster_.why();
    for (const auto& spec : scenario_.actors)
      actors_.push_back(std::make_unique<Actor>(spec, surroundings()));
    follower_.start();
    RunningSandbox::fence();
  }

  ~RunningSandbox() override { stop(); }

  void inject() override {
    say("injecting the incident");
    for (const auto& step : scenario_.fault) {
      if (step.start.empty())
        break_something(step);
      else
        actor(step.start).start();
    }
  }

  void confirm() override {
    say("proving that the incident is there");
    for (const auto& confirmation : scenario_.confirm) wait_for(confirmation);
  }

  void record_start() override {
    fence();
    record_snapshot("start", scenario_, cluster_, control_, recorder_);
    fence();
  }

  std::vector<ProbeResult> probes() override {
    std::vector<ProbeResult> out;
    for (const auto& probe : scenario_.probes) {
      const Reading reading = read_value(cluster_, probe.database, probe.sql);
      ProbeResult result{probe.id, probe.title, reading.readable ? reading.value : reading.message,
                         "unreadable"};
      if (reading.readable) result.state = reading.value == probe.healthy ? "healthy" : "unhealthy";
      recorder_.probe(result.id, result.value, result.state);
      out.push_back(std::move(result));
    }
    return out;
  }

  Dashboard dashboard() override {
    std::vector<ServiceReading> readings;
    for (const auto& one : actors_) readings.push_back(one->meter().read(SteadyClock::now()));
    return make_dashboard(readings, control_.lock_waits(), control_.slots());
  }

  std::string fingerprint() override { return content_fingerprint(cluster_, scenario_); }

  void submit_evidence() override {
    cluster_.wait_until_ready();  // a learner's statement may have made it crash and recover
    fence();
    record_snapshot("submit", scenario_, cluster_, control_, recorder_);
    run_checks(cluster_, scenario_.rules.fix, "before", recorder_);
    run_workloads(cluster_, scenario_, recorder_);
    run_checks(cluster_, scenario_.rules.fix, "after", recorder_);
    fence();
  }

  void fence() override {
    const std::string nonce = random_hex(12);
    follower_.expect_fence(nonce);
    control_.write_fence(nonce);
    if (!follower_.wait_for_fence(nonce, fence_limit))
      throw std::runtime_error("the server's log in " + cluster_.directory().log().string() +
                               " does not show ride's own line: is the disk full?");
  }

  void stop() noexcept override {
    stop_threads();
    cluster_.stop();
  }

  void stop_in_background() noexcept override {
    stop_threads();
    cluster_.stop_in_background();
  }

  std::optional<std::string> server_ended() override { return cluster_.server().ended(); }
  std::vector<LockWait> lock_waits() override { return control_.lock_waits(); }
  std::vector<std::string> recent_log(std::size_t lines) override {
    return follower_.recent(lines);
  }
  std::string socket_path() const override {
    const Endpoint endpoint = cluster_.endpoint();
    return endpoint.socket_directory + "/.s.PGSQL." + std::to_string(endpoint.port);
  }
  std::string mode() const override { return cluster_.server().mode(); }
  std::string server_version() const override { return version_; }
  std::string describe() const override { return description_; }
  Remains remains() const override { return cluster_.server().remains(); }
  Choice another_server(const ServerOptions& options) const override {
    return {cluster_.server().another(options), cluster_.why()};
  }

 private:
  void stop_threads() noexcept {
    for (auto& one : actors_) one->stop();
    follower_.stop();
  }

  void say(const std::string& line) const {
    if (options_.progress) options_.progress(line);
  }

  ActorSurroundings surroundings() {
    return {recorder_,
            [this](const std::string& role, const std::string& database) {
              Login login = cluster_.login(role, database);
              login.limit = milliseconds(5'000);
              return login;
            },
            [this](int pid) { return control_.backend_start_us(pid); }, options_.on_actor};
  }

  Actor& actor(const std::string& name) {
    const auto found = std::find_if(actors_.begin(), actors_.end(),
                                    [&](const auto& one) { return one->spec().name == name; });
    assert(found != actors_.end());
    return **found;
  }

  // As the role itself where it can log in, else as the superuser in its stead.
  void break_something(const FaultStep& step) {
    const auto& roles = scenario_.environment.roles;
    const bool may_log_in = std::any_of(roles.begin(), roles.end(), [&](const Role& role) {
      return role.name == step.role && role.login;
    });
    Login login = cluster_.login(may_log_in ? step.role : superuser_role, step.database);
    if (may_log_in) login.application = step.role;
    Session session = Session::open(login);
    if (!may_log_in)
      session.demand("SET ROLE " + quote_identifier(step.role), "fault: become " + step.role);
    const std::string where = "fault in " + step.database;
    if (step.fails.empty()) {
      session.demand(step.sql, where, fault_limit);
      return;
    }
    const Answer answer = session.query(step.sql, fault_limit);
    const std::string state = answer.failure ? answer.failure->sqlstate : "00000";
    if (state != step.fails)
      throw std::runtime_error(where + ": should fail with " + step.fails + ", and ended with " +
                               (answer.failure ? to_string(*answer.failure) : state));
  }

  void wait_for(const Confirmation& wanted) {
    const auto until = SteadyClock::now() + milliseconds(wanted.within_ms);
    while (true) {
      const Reading reading = read_value(cluster_, wanted.database, wanted.sql);
      if (reading.readable && reading.value == wanted.expect) return;
      if (SteadyClock::now() >= until)
        throw std::runtime_error(
            "the incident did not come up: " + wanted.id + " (" + wanted.title + ") should be \"" +
            wanted.expect + "\" and is " +
            (reading.readable ? "\"" + reading.value + "\"" : "unreadable: " + reading.message));
      std::this_thread::sleep_for(confirm_pause);
    }
  }

  const Scenario& scenario_;
  Options options_;
  Recorder recorder_;
  OwnSessions own_sessions_;
  Cluster cluster_;
  Control control_;
  LogFollower follower_;
  std::vector<std::unique_ptr<Actor>> actors_;
  std::string version_;
  std::string description_;
};

}  // namespace

std::unique_ptr<Sandbox> Sandbox::boot(const Scenario& scenario, const Options& options,
                                       journal::SharedAppender& appender, const Clock& clock) {
  return std::make_unique<RunningSandbox>(scenario, options, appender, clock);
}

const char* Sandbox::learner_role() { return learner_role_name; }

}  // namespace ride::sandbox
