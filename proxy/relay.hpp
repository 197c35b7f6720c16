// An established session: moves bytes between its two streams, in both directions, exactly as they
// came, and shows every chunk to the recorder before it sends it on. An idle direction holds no
// buffer. At the end it records that it has ended and says what ride itself has to say.
//
// It stops reading where it may not go on: while the journal's ring has no room, while the other
// side takes nothing, and, for requests of an idle session, while the submit gate is closed. At
// level `power`, bytes for the client wait until the record of them is on the disk, and nothing
// more is read meanwhile.
//
//   relaying ──▶ ending ──────────▶ hanging_up ──────────▶ over
//                (until the ring    (until the client has
//                 has room)          read to the end)
//
// Lives on its relay thread; what it is told by the loop is one step, and no step waits.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/loop.hpp"
#include "proxy/recorder.hpp"
#include "proxy/shared.hpp"
#include "proxy/stream.hpp"

namespace ride::proxy {

class RelayThread;

// What the door hands over: two streams between which bytes are only passed on from here on.
struct Established {
  Stream client;
  Stream server;
  std::unique_ptr<Recorder> recorder;
  // Shared with the registry, where other threads read it; see Registry::Entry.
  std::shared_ptr<Registry::Entry> entry;
};

class Relay final : private Loop::Sleeper {
 public:
  Relay(RelayThread& thread, Established session);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  journal::ConnectionId connection() const { return entry_->connection; }

  void begin();
  void resume();    // the gate has opened: who was held reads on
  void recorded();  // level `power`: more of the thread's ring is on the disk
  // Its record goes on in the thread's newest journal, if it is at rest, there is room for it, and
  // nothing waits for the older one.
  void move_on() {
    if (held_.empty()) recorder_->go_on();
  }
  void cut();  // ends it from outside: the client is told 57P01 where the stream allows it

 private:
  enum class Phase : std::uint8_t { relaying, ending, hanging_up, over };
  enum class Ending : std::uint8_t {
    server_closed,    // the ordinary end: the server said all it had to say
    client_vanished,  // reset, or writing to it failed
    journal_failed,   // nothing more can be recorded
  };
  enum class Hold : std::uint8_t { none, journal_failed, ring_full, gate_closed };

  // One of the two streams, as the loop sees it.
  struct Side final : Loop::Watcher {
    Side(Relay& whole, Stream opened) : relay(whole), stream(std::move(opened)) {}
    void on_events(std::uint32_t events) override { relay.on_side(*this, events); }

    Relay& relay;
    Stream stream;
    std::uint32_t watched = 0;  // events that the loop tells
    bool reading = true;        // bytes are still expected from it
    Hold hold = Hold::none;     // why nothing is read from it now
    std::string rest;           // what it would not take at once, to be sent before anything else
  };

  void on_side(Side& side, std::uint32_t events);
  void on_time() override;
  template <typename Step>
  void step(Step step);

  // relay.cpp: passing on.
  Side& other(Side& side) { return &side == &client_ ? server_ : client_; }
  Hold hold(bool from_client) const;
  bool may_read(Side& side);
  void read(Side& side);
  void keep_for_disk(Bytes chunk, bool at_start);
  void pass_on(Bytes chunk, Side& to);
  void send_rest(Side& to);
  void on_broken(Side& to);
  void on_end_of(Side& side, const error_code& error);
  bool expects(const Side& side) const;
  std::uint32_t wanted(const Side& side) const;
  void settle();
  void watch(Side& side, std::uint32_t events);

  // relay_end.cpp: how it ends.
  void end(Ending ending);
  void record_end();
  std::string_view how_it_ended() const;
  void say_last_words();
  void hang_up();
  void read_to_the_end();
  void leave();
  void close(Side& side);
  void finish();

  RelayThread& thread_;
  std::unique_ptr<Recorder> recorder_;
  std::shared_ptr<Registry::Entry> entry_;
  Side client_;
  Side server_;
  std::string held_;            // for the client, until its record is on the disk
  bool held_at_start_ = false;  // it begins where a message begins
  Phase phase_ = Phase::relaying;
  Ending ending_ = Ending::server_closed;
  bool cut_ = false;
  bool left_ = false;
  Loop::Time hang_up_until_;
};

}  // namespace ride::proxy
