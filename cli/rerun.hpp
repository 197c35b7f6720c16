// Carries out a plan (replay/rerun_plan.hpp) on a server: one session for each recorded one, each
// step when those before it are done. Says what came out otherwise, and what did not come back.
//
// Two statements that were under way at once may get a lock in the other order than they did then.
// Where that leaves a statement waiting for a session which waits, in turn, for its own place in
// the order, that session is let go on ahead of it, and this is told (Report::ahead).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/rerun_session.hpp"
#include "replay/rerun_plan.hpp"

namespace ride::cli {

struct LockWait {
  int pid = 0;
  std::vector<int> blockers;
  // How often the server's log has reported it so far, where ride reads that log.
  std::optional<std::size_t> logged;
};

// Where a plan is carried out.
class RerunServer {
 public:
  virtual ~RerunServer() = default;
  virtual LoginWords login(const replay::RerunConnection& connection) const = 0;
  virtual std::vector<LockWait> waits() = 0;
  // The k-th session that the actor opened; nothing while there is none.
  virtual std::optional<int> actor_session(const std::string& actor, std::size_t k) = 0;
  virtual std::string name_of(int pid) = 0;          // of an actor; empty: not one
  virtual void ask(replay::Step::What command) = 0;  // hint, log, status
};

struct RerunOptions {
  std::optional<double> speed;  // so many times as fast as it was; nothing: no pauses
  int wake = -1;                // readable: give up
};

struct RerunReport {
  struct Difference {
    std::int64_t n = 0;  // 0: of a connection
    std::string line;
  };
  std::vector<Difference> differences;
  std::size_t outcomes = 0;  // compared
  std::vector<std::int64_t> ahead;
  std::int64_t recorded_us = 0;  // from the first request to the last answer
  std::int64_t took_us = 0;
  std::string stopped;  // why it was not carried out to the end; empty: it was
};

// Never throws for what a statement does; throws Failure where it is to give up.
RerunReport rerun(const replay::RerunPlan& plan, RerunServer& server, const RerunOptions& options);

}  // namespace ride::cli
