// What the threads of one proxy share, and what each of them has for itself.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "journal/appender.hpp"
#include "journal/writer.hpp"
#include "proxy/counters.hpp"
#include "proxy/openssl.hpp"
#include "proxy/options.hpp"
#include "proxy/registry.hpp"

namespace ride::proxy {

// Read by every thread. What changes is atomic or behind its mutex.
struct Shared {
  Shared(Options chosen, const Clock& time)
      : options(std::move(chosen)), clock(time), upstreams{{"", options.upstream}} {
    for (const auto& other : options.others) upstreams.emplace(other.name, other.upstream);
    set_limits(options.limits);
  }

  // "": the first server's.
  Upstream current_upstream(const std::string& server) const {
    const std::lock_guard lock(upstream_mutex);
    return upstreams.at(server);
  }
  void set_upstream(const std::string& server, Upstream upstream) {
    const std::lock_guard lock(upstream_mutex);
    upstreams.at(server) = std::move(upstream);
  }

  // Those that may change while it runs; the rest stands in options.
  void set_limits(const Limits& limits) {
    sessions_max = limits.sessions_max;
    accepts_per_second_max = limits.accepts_per_second_max;
    startup_wait_max = limits.startup_wait_max;
  }

  // Of new connections; null: no TLS on that leg. A connection keeps what it began with.
  SslContext client_tls() const { return shared_context(tls); }
  SslContext server_tls() const { return shared_context(upstream_tls); }
  void set_tls(SslContext client, SslContext server) {
    const std::lock_guard lock(tls_mutex);
    tls = std::move(client);
    upstream_tls = std::move(server);
  }

  const Options options;
  const Clock& clock;
  std::atomic<std::size_t> sessions_max;
  std::atomic<std::uint32_t> accepts_per_second_max;
  std::atomic<std::chrono::milliseconds> startup_wait_max;
  Registry registry;
  std::atomic<bool> held = false;      // the submit gate is closed
  std::atomic<bool> draining = false;  // no new sessions; cancels pass

 private:
  SslContext shared_context(const SslContext& context) const {
    const std::lock_guard lock(tls_mutex);
    if (context) SSL_CTX_up_ref(context.get());
    return SslContext(context.get());
  }

  mutable std::mutex upstream_mutex;
  std::map<std::string, Upstream> upstreams;  // by the server's name
  mutable std::mutex tls_mutex;
  SslContext tls;
  SslContext upstream_tls;
};

// A journal, and one thread's ring in it, which that thread alone writes to.
struct Ledger {
  Ledger(journal::Writer& record, journal::Appender& ring) : journal(record), appender(ring) {}
  ~Ledger() {
    if (appender.durability() != nullptr) appender.durability()->tell({});
  }
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  journal::Writer& journal;
  journal::Appender& appender;
  std::atomic<std::size_t> sessions = 0;  // that are recorded there
};

// What a thread that records has for itself: only that thread touches what is in here.
struct Worker {
  Worker(Shared& everyone, journal::Writer& journal, journal::Appender& ring)
      : shared(everyone), chunk(everyone.options.limits.chunk_bytes) {
    ledgers.emplace_back(journal, ring);
  }

  // Where new connections are recorded.
  Ledger& ledger() { return ledgers.back(); }
  // That of the journal, which must be among them.
  Ledger& ledger_of(const journal::Writer& journal) {
    for (auto& one : ledgers)
      if (&one.journal == &journal) return one;
    return ledgers.back();
  }

  Shared& shared;
  std::list<Ledger> ledgers;  // by age; the newest is last, the others are left one by one
  Counters counters;
  std::vector<char> chunk;  // of the read that is being handled: nobody keeps it across a wait
  std::string body;         // of the event that is being written: used again and again
  std::thread thread;
};

}  // namespace ride::proxy
