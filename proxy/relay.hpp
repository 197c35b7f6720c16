// Moves bytes between the two legs of a session, in both directions at once, exactly as they came,
// and shows every chunk to the recorder before it sends it on. An idle direction holds no buffer.
//
// It stops reading where it may not go on: while the journal's ring has no room, while the other
// side takes nothing, and, for requests of an idle session, while the submit gate is closed.
#pragma once

#include <cstdint>
#include <string>

#include "proxy/leg.hpp"
#include "proxy/recorder.hpp"
#include "proxy/shared.hpp"

namespace ride::proxy {

enum class Ending : std::uint8_t {
  server_closed,    // the ordinary end: the server said all it had to say
  client_vanished,  // reset, or writing to it failed
  journal_failed,   // nothing more can be recorded
};

class Relay {
 public:
  Relay(Worker& worker, Leg& client, Leg& server, Recorder& recorder)
      : worker_(worker), client_(client), server_(server), recorder_(recorder) {}

  // Returns when the session is over. The server's leg is closed by then, the client's is not.
  Awaitable<Ending> run();

  // Ends it from outside: both directions stop at their next step.
  void stop();

  // Whether the bytes sent to the client so far end where a message ends, so that a message of our
  // own could follow.
  bool client_takes_message() const { return to_client_.empty() && recorder_.between_messages(); }

 private:
  Awaitable<void> pump_to_server();
  Awaitable<void> pump_to_client();
  enum class Hold : std::uint8_t { none, journal_failed, ring_full, gate_closed };
  Hold hold(bool from_client) const;
  Awaitable<bool> wait_out_hold(bool from_client);
  error_code send(Leg& to, Bytes& chunk);
  Awaitable<error_code> send_rest(Leg& to, Bytes chunk, std::string& rest);
  void end(Ending ending);

  Worker& worker_;
  Leg& client_;
  Leg& server_;
  Recorder& recorder_;
  std::string to_server_;  // what the server would not take at once
  std::string to_client_;
  bool over_ = false;
  Ending ending_ = Ending::server_closed;
};

}  // namespace ride::proxy
