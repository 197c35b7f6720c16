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

ServerOptions server_options(const Scenario& scenario, const Options& options) {
  ServerOptions wanted;
  wanted.postgres_min = scenario.environment.postgres_min;
  wanted.postgres_max = scenario.environment.postgres_max;
  wanted.postgres = options.postgres;
  wanted.offline = options.offline;
  wanted.home = options.home;
  wanted.cache = options.cache;
  wanted.created = options.created;
  wanted.progress = options.progress;
  return wanted;
}

Choice choose(const Scenario& scenario, const Options& options) {
  const auto wanted = server_options(scenario, options);
  if (options.previous != nullptr) {
    auto choice = options.previous->another_server(wanted);
    if (choice.server) return choice;
  }
  return choose_server(options.mode, wanted, scenario.environment.local,
                       scenario.environment.docker);
}

// Servers of the main one's kind. What is left of them when ride dies is found by their
// directories.
std::vector<Standby> standbys_of(const Scenario& scenario, const Options& options,
                                 const Server& main) {
  auto wanted = server_options(scenario, options);
  wanted.created = nullptr;
  std::vector<Standby> out;
  for (const auto& spec : scenario.environment.servers)
    out.emplace_back(spec.name, main.another(wanted), spec.settings);
  return out;
}

Cluster boot_cluster(const Scenario& scenario, const Options& options) {
  auto choice = choose(scenario, options);
  auto standbys = standbys_of(scenario, options, *choice.server);
  return Cluster::boot(std::move(choice), scenario, options.cache, options.progress,
                       std::move(standbys));
}

// What a server beside the main one needs of its own.
struct Beside {
  Beside(const Cluster& cluster, const Standby& standby, journal::SharedAppender& appender,
         const Clock& clock, OwnSessions& own, const std::function<void(const LogNote&)>& on_log)
      : name(standby.name()),
        recorder(appender, clock, name),
        control(cluster, name),
        follower(standby.directory().log(), name, recorder, own, on_log) {}
  const std::string name;
  Recorder recorder;
  Control control;
  LogFollower follower;
};

class RunningSandbox final : public Sandbox {
 public:
  RunningSandbox(const Scenario& scenario, const Options& options,
                 journal::SharedAppender& appender, const Clock& clock)
      : scenario_(scenario),
        options_(options),
        recorder_(appender, clock),
        own_sessions_(recorder_),
        cluster_(boot_cluster(scenario, options)),
        control_(cluster_),
        follower_(cluster_.directory().log(), "", recorder_, own_sessions_, options.on_log) {
    cluster_.note_sessions_in(own_sessions_);
    version_ = cluster_.server().version();
    description_ = cluster_.server().describe() + "; " + cluster_.why();
    for (const auto& standby : cluster_.standbys())
      beside_.push_back(std::make_unique<Beside>(cluster_, standby, appender, clock, own_sessions_,
                                                 options.on_log));
    for (const auto& spec : scenario_.actors)
      actors_.push_back(std::make_unique<Actor>(spec, surroundings(spec.server)));
    follower_.start();
    for (auto& one : beside_) one->follower.start();
    RunningSandbox::fence();
  }

  ~RunningSandbox() override { stop(); }

  void record_servers() override {
    for (const auto& one : beside_) recorder_.other_server(one->name, "standby", standby_role);
  }

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
      const Reading reading = read_value(cluster_, probe.database, probe.sql, probe.server);
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
    for (const auto& one : beside_) cluster_.wait_until_ready(one->name);
    fence();
    record_snapshot("submit", scenario_, cluster_, control_, recorder_);
    run_checks(cluster_, scenario_, "before", recorder_);
    run_workloads(cluster_, scenario_, recorder_);
    run_checks(cluster_, scenario_, "after", recorder_);
    fence();
  }

  void fence() override {
    for (auto& one : beside_) fence(one->control, one->follower);
    fence(control_, follower_);
  }

  void stop() noexcept override {
    stop_threads();
    cluster_.stop();
  }

  void stop_in_background() noexcept override {
    stop_threads();
    cluster_.stop_in_background();
  }

  std::optional<std::string> server_ended() override {
    auto ended = cluster_.server().ended();
    for (const auto& standby : cluster_.standbys())
      if (!ended) ended = standby.ended();
    return ended;
  }
  std::vector<LockWait> lock_waits() override {
    auto waits = control_.lock_waits();
    for (auto& one : beside_)
      for (auto& wait : one->control.lock_waits()) waits.push_back(std::move(wait));
    return waits;
  }
  // Lines begin with the time.
  std::vector<std::string> recent_log(std::size_t lines) override {
    auto all = follower_.recent(lines);
    for (const auto& one : beside_)
      for (auto& line : one->follower.recent(lines)) all.push_back(std::move(line));
    if (!beside_.empty()) std::stable_sort(all.begin(), all.end(), earlier);
    if (all.size() > lines) all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(lines));
    return all;
  }
  std::string socket_path(const std::string& server) const override {
    const Endpoint endpoint = cluster_.endpoint(server);
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
    for (auto& one : beside_) one->follower.stop();
    follower_.stop();
  }

  void say(const std::string& line) const {
    if (options_.progress) options_.progress(line);
  }

  static bool earlier(const std::string& one, const std::string& other) {
    constexpr std::size_t time_bytes = 23;  // "2026-06-01 12:34:56.789"
    return one.compare(0, time_bytes, other, 0, time_bytes) < 0;
  }

  static void fence(Control& control, LogFollower& follower) {
    const std::string nonce = random_hex(12);
    follower.expect_fence(nonce);
    control.write_fence(nonce);
    if (!follower.wait_for_fence(nonce, fence_limit))
      throw std::runtime_error("the server's log in " + follower.folder().string() +
                               " does not show ride's own line: is the disk full?");
  }

  ActorSurroundings surroundings(const std::string& server) {
    Beside* other = nullptr;
    for (const auto& one : beside_)
      if (one->name == server) other = one.get();
    Control& control = other == nullptr ? control_ : other->control;
    return {other == nullptr ? recorder_ : other->recorder,
            [this, server](const std::string& role, const std::string& database) {
              Login login = cluster_.login(role, database, server);
              login.limit = milliseconds(5'000);
              return login;
            },
            [&control](int pid) { return control.backend_start_us(pid); }, options_.on_actor};
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
      const Reading reading = read_value(cluster_, wanted.database, wanted.sql, wanted.server);
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
  std::vector<std::unique_ptr<Beside>> beside_;
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
