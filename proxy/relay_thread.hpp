// A thread that relays: a loop, and the sessions that it was given. It does nothing that waits, so
// that no session waits for another one longer than a chunk takes.
#pragma once

#include <atomic>
#include <memory>
#include <unordered_map>
#include <vector>

#include "proxy/loop.hpp"
#include "proxy/relay.hpp"
#include "proxy/shared.hpp"

namespace ride::proxy {

class RelayThread : public Worker {
 public:
  RelayThread(Shared& everyone, journal::Writer& journal, journal::Appender& ring);
  ~RelayThread();

  // Any thread. A session counts from the moment it is given.
  void take(Established session);
  std::size_t load() const { return load_.load(); }

  // On this thread, as all that follows. A relay that is visited may be forgotten by that.
  template <typename Visit>
  void for_each(Visit visit) {
    std::vector<Relay*> all;
    for (const auto& [connection, relay] : sessions_) all.push_back(relay.get());
    for (auto* const relay : all) visit(*relay);
  }

  // At level `power`: relays that wait for the ledger's ring are told when it is on the disk.
  void listen_to(Ledger& ledger);

  // What a relay says of itself: it weighs no more, and it can be forgotten.
  void left() { --load_; }
  void forget(journal::ConnectionId connection);

  Loop loop;

 private:
  std::atomic<std::size_t> load_ = 0;
  std::unordered_map<journal::ConnectionId, std::unique_ptr<Relay>> sessions_;
  std::vector<std::unique_ptr<Relay>> forgotten_;  // until the batch is over
};

}  // namespace ride::proxy
