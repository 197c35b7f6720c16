// Who is let in, when, and to which worker: takes connections from the listeners and deals them
// out. Lives on the first worker's thread.
//
// Nobody is turned away here. Over the accept rate, or while too many have not yet said what they
// want, clients wait in the kernel's queue, and the log says so, now and then. Who asks for one
// session more than there may be is answered by the session.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "proxy/io.hpp"
#include "proxy/listener.hpp"
#include "proxy/pace.hpp"
#include "proxy/shared.hpp"

namespace ride::proxy {

class Door {
 public:
  Door(Shared& shared, const std::vector<std::unique_ptr<Worker>>& workers)
      : shared_(shared), workers_(workers), pace_(shared.options.limits.accepts_per_second_max) {}

  // Takes and deals out until the listener is closed.
  Awaitable<void> receive(Listener& listener);
  // Takes all that are waiting, limits or not: the listener is about to be closed.
  void sweep(Listener& listener);

 private:
  bool limited();
  Awaitable<void> wait_for_leave(Listener& listener);
  bool take_one(Listener& listener);
  void tell(Pace::Time& told, std::string_view limit, std::size_t value);

  Shared& shared_;
  const std::vector<std::unique_ptr<Worker>>& workers_;
  Pace pace_;
  std::size_t turn_ = 0;
  Pace::Time told_rate_;
  Pace::Time told_crowd_;
  error_code failure_;
};

// The index of the smallest load; of several, the first at or behind `turn`, so that idle workers
// take turns.
std::size_t least_loaded(const std::vector<std::size_t>& loads, std::size_t turn);

// To be spawned: Door::receive().
Awaitable<void> run_door(Door* door, Listener* listener);

}  // namespace ride::proxy
