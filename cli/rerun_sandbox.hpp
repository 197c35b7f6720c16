// The sandbox that an attempt is carried out in again: a run like any other, of the same scenario,
// asked through its supervisor. With a RIDE_HOME of its own it lies beside the current run, and
// ends with this process.
#pragma once

#include <boost/json/object.hpp>
#include <filesystem>
#include <map>
#include <string>

#include "cli/rerun.hpp"
#include "cli/run_state.hpp"

namespace ride::cli {

// A RIDE_HOME that is gone with this object; templates are shared with the given one.
class TemporaryHome {
 public:
  explicit TemporaryHome(const Home& sharing);
  ~TemporaryHome();
  TemporaryHome(const TemporaryHome&) = delete;
  TemporaryHome& operator=(const TemporaryHome&) = delete;
  const Home& home() const { return home_; }

 private:
  Home home_;
};

class SandboxServer final : public RerunServer {
 public:
  // `run` as launch_supervisor() returned it.
  SandboxServer(Home home, const boost::json::object& run);

  LoginWords login(const replay::RerunConnection& connection) const override;
  std::vector<LockWait> waits() override;
  std::optional<int> actor_session(const std::string& actor, std::size_t k) override;
  std::string name_of(int pid) override;
  void ask(replay::Step::What command) override;

 private:
  boost::json::object sessions() const;

  Home home_;
  std::map<std::string, LoginWords> servers_;  // by name; "": the main one
};

}  // namespace ride::cli
