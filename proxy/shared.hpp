// What the threads of one proxy share, and what each of them has for itself.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "journal/appender.hpp"
#include "journal/writer.hpp"
#include "proxy/openssl.hpp"
#include "proxy/options.hpp"
#include "proxy/registry.hpp"

namespace ride::proxy {

// Read by every thread. What changes is atomic or behind its mutex.
struct Shared {
  Shared(Options chosen, const Clock& time, journal::Writer& record)
      : options(std::move(chosen)), clock(time), journal(record), upstream(options.upstream) {}

  Upstream current_upstream() const {
    const std::lock_guard lock(upstream_mutex);
    return upstream;
  }

  const Options options;
  const Clock& clock;
  journal::Writer& journal;
  // Set before the threads start. Null: no TLS on that leg.
  SslContext tls;
  SslContext upstream_tls;
  Registry registry;
  std::atomic<bool> held = false;  // the submit gate is closed
  mutable std::mutex upstream_mutex;
  Upstream upstream;
};

// What a thread that records has for itself: only that thread touches what is in here.
struct Worker {
  Worker(Shared& everyone, journal::Appender& ring)
      : shared(everyone), appender(ring), chunk(everyone.options.limits.chunk_bytes) {}

  Shared& shared;
  journal::Appender& appender;
  std::vector<char> chunk;  // of the read that is being handled: nobody keeps it across a wait
  std::string body;         // of the event that is being written: used again and again
  std::thread thread;
};

}  // namespace ride::proxy
