// How a relayed session ends: its last record, ride's own last words, and a client that gets to
// read all there was for it.
#include <spdlog/spdlog.h>

#include <boost/asio/error.hpp>

#include "protocol/backend.hpp"
#include "proxy/relay.hpp"
#include "proxy/relay_thread.hpp"

namespace ride::proxy {

namespace {

// What is still read of a client whose time is over: more than its receive buffer holds.
constexpr int last_reads_max = 256;

}  // namespace

void Relay::end(Ending ending) {
  phase_ = Phase::ending;
  ending_ = ending;
  close(server_);
  watch(client_, 0);
  record_end();
}

// Waits for room in the ring, unless the journal has failed: then it is recorded where there is
// room still, for what is in the ring is not lost.
void Relay::record_end() {
  if (recorder_->has_room(recorder_->room_bytes())) {
    recorder_->finish();
    recorder_->closed(how_it_ended());
  } else if (!recorder_->journal().failed()) {
    return;
  }
  leave();
  say_last_words();
  if (ending_ == Ending::client_vanished) return finish();
  hang_up();
}

std::string_view Relay::how_it_ended() const {
  if (cut_ || ending_ == Ending::journal_failed) return "cut";
  if (recorder_->raw()) return "garbage";
  if (recorder_->said_goodbye()) return "terminated";
  if (recorder_->saw_fatal()) return "fatal";
  if (ending_ == Ending::client_vanished || recorder_->saw_client_finish()) return "client_gone";
  return "server_gone";
}

// Nothing where the server closed: its words were the last.
void Relay::say_last_words() {
  std::string error;
  if (cut_) {
    error = protocol::encode_error("FATAL", "57P01",
                                   "terminating connection due to administrator command", "");
  } else if (ending_ == Ending::journal_failed) {
    const auto why = recorder_->journal().failure();
    spdlog::error("connection={} closed, it cannot be recorded: {}", entry_->connection, why);
    error = protocol::encode_error("FATAL", "53100", "ride cannot record: " + why, "");
  }
  // Only where the bytes sent so far end where a message ends.
  const bool takes_message =
      client_.rest.empty() && (held_.empty() ? recorder_->between_messages() : held_at_start_);
  error_code ignored;  // a client that takes nothing now goes without
  if (!error.empty() && takes_message) client_.stream.write_some(error, ignored);
}

// Ends the client's stream so that it can read to the end: a socket closed with bytes still unread
// would reset the connection, and what was sent last would be lost.
void Relay::hang_up() {
  phase_ = Phase::hanging_up;
  client_.stream.shutdown_send();
  hang_up_until_ = std::chrono::steady_clock::now();
  if (!cut_) hang_up_until_ += thread_.shared.options.limits.linger_max;
  read_to_the_end();
}

void Relay::read_to_the_end() {
  const bool late = hang_up_until_ <= std::chrono::steady_clock::now();
  error_code error;
  for (int reads = late ? last_reads_max : 1; reads > 0 && !error; --reads)
    client_.stream.read_some(thread_.chunk.data(), thread_.chunk.size(), error);
  const bool may_come = !error || error == asio::error::would_block;
  if (late || !may_come) finish();
}

// From here on it is no session any more; what is left is the client's hanging up.
void Relay::leave() {
  if (left_) return;
  left_ = true;
  thread_.left();
  thread_.shared.registry.remove(*entry_);
}

void Relay::close(Side& side) {
  if (!side.stream.is_open()) return;
  watch(side, 0);
  side.stream.close();
}

void Relay::finish() {
  if (phase_ == Phase::over) return;
  phase_ = Phase::over;
  leave();
  thread_.loop.let_sleep(*this);
  close(server_);
  close(client_);
  thread_.forget(entry_->connection);
}

}  // namespace ride::proxy
