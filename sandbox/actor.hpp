// One of the incident's own applications: a thread on which all its sessions do what the scenario
// says (see actor_session.hpp).
//
// start() and stop() belong to the owner's thread; everything else happens on the actor's own.
#pragma once

#include <exception>
#include <memory>
#include <string>

#include "sandbox/actor_session.hpp"
#include "sandbox/scenario.hpp"
#include "sandbox/service_meter.hpp"

namespace ride::sandbox {

class Actor {
 public:
  Actor(const ActorSpec& spec, ActorSurroundings surroundings);
  ~Actor();  // stops
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  // Returns when each session has done its `run` and, where it loops, has sent its first statement,
  // or was refused for want of room and goes on trying. Throws std::runtime_error when one cannot
  // connect otherwise, a statement of `run` fails, or that takes too long.
  void start();
  void stop() noexcept;
  const ActorSpec& spec() const { return work_.spec; }
  const ServiceMeter& meter() const { return work_.meter; }  // any thread

 private:
  struct Running;
  void lost_session(std::exception_ptr failure);

  ActorWork work_;
  std::unique_ptr<Running> running_;
};

}  // namespace ride::sandbox
