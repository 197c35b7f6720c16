// Where a recording of `ride proxy` is carried out again: a server that a connection string names,
// or an empty cluster that is made for it and gone with it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/rerun.hpp"
#include "sandbox/local_server.hpp"

namespace ride::cli {

class TargetServer final : public RerunServer {
 public:
  // `server` says where; what it says of user and database counts for all sessions. Throws Failure
  // where that would put sessions of several users or databases together.
  TargetServer(LoginWords server, const replay::RerunPlan& plan);

  LoginWords login(const replay::RerunConnection& connection) const override;
  // By a session of its own, opened when it is asked for first; as far as its role may see.
  std::vector<LockWait> waits() override;
  std::optional<int> actor_session(const std::string&, std::size_t) override {
    return std::nullopt;
  }
  std::string name_of(int) override { return ""; }
  void ask(replay::Step::What) override {}

 private:
  struct Close {
    void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
  };

  LoginWords server_;
  replay::RerunConnection first_;  // the watcher logs in like this one
  std::unique_ptr<PGconn, Close> watcher_;
  bool tried_ = false;
};

// A cluster of that major version with the roles (superusers, without passwords) and databases of
// the plan's sessions, empty. Throws where no such PostgreSQL is on this machine. Belongs to the
// main thread (sandbox/process.hpp).
class EmptyCluster {
 public:
  EmptyCluster(const std::string& major, const std::string& home, const replay::RerunPlan& plan);
  ~EmptyCluster();
  EmptyCluster(const EmptyCluster&) = delete;
  EmptyCluster& operator=(const EmptyCluster&) = delete;

  LoginWords words() const;

 private:
  void fill(const replay::RerunPlan& plan) const;

  sandbox::LocalServer server_;
  sandbox::PrivateDirectory directory_;
};

}  // namespace ride::cli
