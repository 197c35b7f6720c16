#include "proxy/relay_thread.hpp"

#include <utility>

namespace ride::proxy {

RelayThread::RelayThread(Shared& everyone, journal::Writer& journal, journal::Appender& ring)
    : Worker(everyone, journal, ring) {
  loop.after_batch([this] { forgotten_.clear(); });
  listen_to(ledger());
}

// Nobody posts to a loop that is gone.
RelayThread::~RelayThread() {
  for (const auto& ledger : ledgers)
    if (auto* const ticket = ledger.appender.durability(); ticket != nullptr) ticket->tell({});
}

void RelayThread::listen_to(Ledger& ledger) {
  auto* const ticket = ledger.appender.durability();
  if (ticket == nullptr) return;
  ticket->tell([this] {
    loop.post(Loop::Task([this] { for_each([](Relay& relay) { relay.recorded(); }); }));
  });
}

void RelayThread::take(Established session) {
  ++load_;
  loop.post(Loop::Task([this, session = std::move(session)]() mutable {
    const auto connection = session.entry->connection;
    const auto at =
        sessions_.emplace(connection, std::make_unique<Relay>(*this, std::move(session)));
    at.first->second->begin();
  }));
}

void RelayThread::forget(journal::ConnectionId connection) {
  const auto found = sessions_.find(connection);
  forgotten_.push_back(std::move(found->second));
  sessions_.erase(found);
}

}  // namespace ride::proxy
