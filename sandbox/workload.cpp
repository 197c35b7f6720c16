#include "sandbox/workload.hpp"

#include <functional>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include "sandbox/operation.hpp"

namespace ride::sandbox {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr Backoff connect_again{20, 500};

struct Done {
  std::uint64_t operations = 0;
  Failure failure;
};

// One actor's workload, on connections that are all open at once and take turns.
class Work {
 public:
  Work(const Cluster& cluster, const ActorSpec& actor)
      : cluster_(cluster),
        actor_(actor),
        workload_(*actor.workload),
        until_(SteadyClock::now() + milliseconds(workload_.within_ms)) {}

  Done run() {
    Done done;
    try {
      for (int i = 0; i < workload_.sessions; ++i) sessions_.push_back(connect());
      while (done.operations < static_cast<std::uint64_t>(workload_.operations)) {
        auto& session = sessions_[done.operations % sessions_.size()];
        if (!operate(session, done.operations, done.failure)) return done;
        ++done.operations;
      }
    } catch (const SessionError& error) {
      done.failure = {error.failure.sqlstate, error.what()};
    }
    return done;
  }

 private:
  milliseconds left() const {
    return std::chrono::duration_cast<milliseconds>(until_ - SteadyClock::now());
  }

  // Refused for want of room, it tries again as long as there is time, as the application would.
  Session connect() {
    Login login = cluster_.login(actor_.role, actor_.database, actor_.server);
    login.application = actor_.application_name;
    for (int tries = 1;; ++tries) {
      const milliseconds pause(pause_ms(connect_again, tries));
      try {
        return Session::open(login);
      } catch (const SessionError& error) {
        if (!error.failure.sqlstate.starts_with("53") || left() <= pause) throw;
      }
      std::this_thread::sleep_for(pause);
    }
  }

  // What the server undid in somebody else's favour is tried again.
  bool operate(Session& session, std::uint64_t number, Failure& failure) {
    const Retry retry;
    while (true) {
      if (carry_out(session, number, failure)) return true;
      if (!is_retried(retry, failure.sqlstate, 1)) return false;
      if (session.in_failed_transaction()) session.query("ROLLBACK", left());
    }
  }

  bool carry_out(Session& session, std::uint64_t number, Failure& failure) {
    for (const auto& step : steps_of(workload_.operation, number)) {
      const Answer answer = query(session, step.sql, step.parameters);
      if (!step.rows_wanted || !answer.ok()) {
        if (answer.ok()) continue;
        failure = *answer.failure;
        return false;
      }
      for (const auto& row : answer.rows) {
        if (row.empty() || !row[0]) continue;
        const Answer child = query(session, workload_.operation.per_row, {*row[0]});
        if (child.ok()) continue;
        failure = *child.failure;
        return false;
      }
    }
    return true;
  }

  Answer query(Session& session, const std::string& sql,
               const std::vector<std::string>& parameters) {
    if (left() > milliseconds(0)) return session.query(sql, left(), parameters);
    Answer late;
    late.failure =
        Failure{"57014", "not done within " + std::to_string(workload_.within_ms) + " ms"};
    return late;
  }

  const Cluster& cluster_;
  const ActorSpec& actor_;
  const ActorWorkload& workload_;
  SteadyClock::time_point until_;
  std::vector<Session> sessions_;
};

Done run_workload(const Cluster& cluster, const ActorSpec& actor) {
  return Work(cluster, actor).run();
}

}  // namespace

void run_workloads(const Cluster& cluster, const Scenario& scenario, Recorder& recorder) {
  std::vector<std::pair<const ActorSpec*, std::future<Done>>> running;
  for (const auto& actor : scenario.actors) {
    if (!actor.workload) continue;
    running.emplace_back(
        &actor, std::async(std::launch::async, run_workload, std::cref(cluster), std::cref(actor)));
  }
  for (auto& [actor, result] : running) {
    const Done done = result.get();
    recorder.workload({actor->name, done.operations,
                       static_cast<std::uint64_t>(actor->workload->operations),
                       done.failure.sqlstate, done.failure.message});
  }
}

}  // namespace ride::sandbox
