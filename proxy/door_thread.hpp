// The thread on which connections come in: it accepts, does what has to be waited for step by step
// (TLS, the first packets, reaching the server, cancels, refusals) in coroutines, and hands over
// what is an established session to the relay thread that has the fewest.
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "proxy/io.hpp"
#include "proxy/relay_thread.hpp"
#include "proxy/shared.hpp"

namespace ride::proxy {

class Session;

struct DoorThread : Worker {
  using Worker::Worker;

  // On this thread.
  void hand_over(Established session);

  std::vector<std::unique_ptr<RelayThread>> relays;  // the same ones while it runs
  std::set<Session*> alive;                          // each removes itself at its end
  asio::io_context context{1};

 private:
  std::size_t turn_ = 0;
};

// The index of the smallest load; of several, the first at or behind `turn`, so that idle threads
// take turns.
std::size_t least_loaded(const std::vector<std::size_t>& loads, std::size_t turn);

}  // namespace ride::proxy
