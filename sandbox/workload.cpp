#include "sandbox/workload.hpp"

#include <algorithm>
#include <functional>
#include <future>
#include <utility>
#include <vector>

#include "sandbox/actor.hpp"

namespace ride::sandbox {
namespace {

using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

struct Done {
  std::uint64_t operations = 0;
  Failure failure;
};

// What the server undid in somebody else's favour is tried again, as the application would.
Done operate(Session& session, const ActorWorkload& workload) {
  const auto until = SteadyClock::now() + milliseconds(workload.within_ms);
  Done done;
  while (done.operations < static_cast<std::uint64_t>(workload.operations)) {
    const auto left = std::chrono::duration_cast<milliseconds>(until - SteadyClock::now());
    if (left <= milliseconds(0)) {
      done.failure = {"57014", "not done within " + std::to_string(workload.within_ms) + " ms"};
      return done;
    }
    const Answer answer =
        session.query(workload.sql, left, parameters_of(workload.values, done.operations));
    if (answer.ok()) {
      ++done.operations;
      continue;
    }
    if (answer.failure->sqlstate == "40P01" || answer.failure->sqlstate == "40001") continue;
    done.failure = *answer.failure;
    return done;
  }
  return done;
}

Done run_workload(const Cluster& cluster, const ActorSpec& actor) {
  try {
    Login login = cluster.login(actor.role, actor.database);
    login.application = actor.application_name;
    Session session = Session::open(login);
    return operate(session, *actor.workload);
  } catch (const SessionError& error) {
    return {0, {error.failure.sqlstate, error.what()}};
  }
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
