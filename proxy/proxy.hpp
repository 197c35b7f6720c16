// The recording proxy: one port that behaves like the PostgreSQL server behind it and writes down
// what passes. It relays every byte as it came; the record of a request is in the journal's ring
// before the server has all of it, the record of an answer before the client has all of it.
//
// It does not pool, rewrite, authenticate or route: a server beside the first one (Options::others)
// has addresses of its own. It knows nothing of scenarios.
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
#include "proxy/counters.hpp"
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

  // Takes no new sessions and leaves those that are there alone: left() says how many are. It goes
  // on to listen, as PostgreSQL does in a smart shutdown: new clients are told 57P03, and sessions
  // can be cancelled. With options.reuse_port it leaves its addresses to the proxy that has them,
  // too, by now: whoever was on his way in is served still, and no client is refused. Blocks for
  // half a second at most.
  void drain();
  std::size_t left() const;

  // Accepts no more, ends every session as close_sessions() does, and joins the threads.
  void stop();

  // Those taken for that server ("": the first), as in the options; valid after start().
  std::vector<Address> addresses(const std::string& server = "") const;
  std::uint16_t port(const std::string& server = "") const;  // of the first of them

  // Where connections made to it from now on go. Those that stand are left alone.
  void set_upstream(Upstream upstream, const std::string& server = "");

  // For connections from now on: the first server, what stands in the files of certificates and
  // keys, and of the limits sessions_max, accepts_per_second_max and startup_wait_max. Nothing else
  // of the options is looked at. Throws std::runtime_error where a certificate cannot be read;
  // nothing has changed then.
  void change(const Options& options);

  // The submit gate. From now on the requests of idle sessions wait, unread. Statements, pipelines
  // and COPYs under way may go on; returns as soon as none is, or after `wait_max`, with those
  // that still are (they stay unaffected). Holding while held is allowed and waits again.
  std::vector<SessionInfo> hold(std::chrono::milliseconds wait_max);
  void release();

  // Ends every session: the client is told FATAL 57P01 where the stream allows it, both sockets are
  // closed, connection_closed is recorded. Returns when that is done.
  void close_sessions();

  // From now on connections are recorded in that journal: new ones at once, those that stand as
  // soon as nothing of theirs is under way, each file having whole transactions. The journal before
  // may go once recorded_in() has said 0 of it. Throws where no ring can be made; then all stays.
  void record_in(journal::Writer& next);
  // Moves those that rest, and says how many connections are still recorded in that journal.
  std::size_t recorded_in(const journal::Writer& journal);

  // How full each thread's ring is, in the journal of new connections; empty unless it runs. The
  // door's comes first.
  struct RingUse {
    std::uint64_t used_bytes = 0;
    std::uint64_t size_bytes = 0;
  };
  std::vector<RingUse> rings();
  // Of one thread each; good as long as the proxy.
  std::vector<const Counters*> counters() const;

  std::vector<SessionInfo> sessions() const;  // by connection, ascending
  std::vector<std::size_t> loads() const;     // how many sessions each relay thread has

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ride::proxy
