// Who is let in, and when: takes connections from the listeners. Lives on the door's thread.
//
// Nobody is turned away here. Over the accept rate, or while too many have not yet said what they
// want, clients wait in the kernel's queue, and the log says so, now and then. Who asks for one
// session more than there may be is answered by the session.
#pragma once

#include <cstddef>

#include "proxy/door_thread.hpp"
#include "proxy/io.hpp"
#include "proxy/listener.hpp"
#include "proxy/pace.hpp"
#include "proxy/shared.hpp"

namespace ride::proxy {

class Door {
 public:
  explicit Door(DoorThread& thread)
      : shared_(thread.shared),
        thread_(thread),
        pace_(thread.shared.options.limits.accepts_per_second_max) {}

  // Takes connections until the listener is closed.
  Awaitable<void> receive(Listener& listener);
  // Takes all that are waiting, limits or not: the listener is about to be closed.
  void sweep(Listener& listener);

 private:
  bool limited();
  Awaitable<void> wait_for_leave(Listener& listener);
  bool take_one(Listener& listener);
  void tell(Pace::Time& told, std::string_view limit, std::size_t value);

  Shared& shared_;
  DoorThread& thread_;
  Pace pace_;
  Pace::Time told_rate_;
  Pace::Time told_crowd_;
  error_code failure_;
};

// To be spawned: Door::receive().
Awaitable<void> run_door(Door* door, Listener* listener);

}  // namespace ride::proxy
