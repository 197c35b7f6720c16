// The recording proxy: one port that behaves like the PostgreSQL server behind it and writes down
// what passes. It relays every byte as it came; the record of a request is in the journal's ring
// before the server has all of it, the record of an answer before the client has all of it.
//
// It does not pool, rewrite, authenticate or route. It knows nothing of scenarios.
//
// Every member may be called from any thread but the proxy's own. Connections
// come in on one thread; sessions are relayed on options.threads others; each has a ring of its own
// from the journal. The clock and the journal must outlive
// the proxy. If the journal fails, sessions end with FATAL 53100 rather than go on unrecorded.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "journal/event.hpp"
#include "proxy/options.hpp"

namespace ride::journal {
class Writer;
}

namespace ride::proxy {

// What a connection looks like from outside at one moment.
struct SessionInfo {
  journal::ConnectionId connection = 0;
  std::uint32_t pid = 0;  // of the server's backend; 0 before it is known
  std::string user;
  std::string database;
  std::string application;
  bool busy = false;         // a request, pipeline or COPY is under way
  journal::Seq request = 0;  // the oldest request still unanswered, or 0
};

class Proxy {
 public:
  // Throws std::invalid_argument where the journal's rings are too small for the limits.
  Proxy(Options options, const Clock& clock, journal::Writer& journal);
  ~Proxy();  // stop()
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  // Takes the addresses and begins to accept. Throws std::system_error where one is taken and
  // std::runtime_error where the certificate cannot be read; nothing has begun then.
  void start();

  // Accepts no more and leaves the sessions alone: sessions() says how many are left. Whoever was
  // on his way in is served still; with options.reuse_port no client is refused where another
  // proxy has the addresses by now. Blocks for half a second at most.
  void drain();

  // Accepts no more, ends every session as close_sessions() does, and joins the threads.
  void stop();

  std::vector<Address> addresses() const;  // those taken, as in the options; valid after start()
  std::uint16_t port() const;              // of the first

  // The server that connections made from now on go to. Those that stand are left alone.
  void set_upstream(Upstream upstream);

  // The submit gate. From now on the requests of idle sessions wait, unread. Statements, pipelines
  // and COPYs under way may go on; returns as soon as none is, or after `wait_max`, with those
  // that still are (they stay unaffected). Holding while held is allowed and waits again.
  std::vector<SessionInfo> hold(std::chrono::milliseconds wait_max);
  void release();

  // Ends every session: the client is told FATAL 57P01 where the stream allows it, both sockets are
  // closed, connection_closed is recorded. Returns when that is done.
  void close_sessions();

  std::vector<SessionInfo> sessions() const;  // by connection, ascending
  std::vector<std::size_t> loads() const;     // how many sessions each relay thread has

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ride::proxy
