// What the threads of one proxy share, and what each of them has for itself.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "journal/appender.hpp"
#include "journal/writer.hpp"
#include "proxy/io.hpp"
#include "proxy/openssl.hpp"
#include "proxy/options.hpp"
#include "proxy/registry.hpp"

namespace ride::proxy {

class Session;

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

// One I/O thread with its loop and its ring. Only that thread touches what is in here, save through
// asio::post to the loop.
struct Worker {
  Worker(Shared& everyone, journal::Appender& ring)
      : shared(everyone), appender(ring), chunk(everyone.options.limits.chunk_bytes) {
    gate.expires_at(Timer::time_point::max());
  }

  Shared& shared;
  journal::Appender& appender;
  asio::io_context context{1};
  Timer gate{context};                // never expires; cancelled when the gate opens
  std::atomic<std::size_t> load = 0;  // sessions dealt to it and not over; any thread
  std::vector<char> chunk;   // of the read that is being handled: nobody keeps it across a wait
  std::string body;          // of the event that is being written: used again and again
  std::set<Session*> alive;  // each removes itself at its end
  std::thread thread;
};

}  // namespace ride::proxy
