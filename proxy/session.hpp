// One client connection from accept until it is known what it is: TLS and the first packets, then
// either a session that reaches its server and is handed over to a relay thread, or a CancelRequest
// that is carried to the server, or somebody who is refused. Garbage is handed over, too: it is
// passed on unread so that the server can say what it thinks of it.
//
// Lives on the door's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/binding.hpp"
#include "proxy/door_thread.hpp"
#include "proxy/leg.hpp"
#include "proxy/recorder.hpp"
#include "proxy/shared.hpp"

namespace ride::proxy {

// A connection that was accepted.
struct Arrival {
  Socket socket;
  std::string peer;
  std::string server;      // where it goes, see Options::others
  bool announced = false;  // a PROXY protocol header comes first
};

class Session {
 public:
  Session(DoorThread& thread, Arrival arrival);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Awaitable<void> run();

  // Ends it from outside, at its next step. On its thread.
  void cut();

  // As Relay::move_on().
  void move_on() {
    if (recorder_) recorder_->go_on();
  }

  journal::ConnectionId connection() const { return connection_; }

 private:
  // What the client turned out to want, and the bytes that said so.
  struct Hello {
    enum class Kind : std::uint8_t { gone, startup, cancel, garbage } kind = Kind::gone;
    std::string bytes;
  };

  // announced.cpp
  Awaitable<Hello> introduce();
  Awaitable<bool> read_announcement();

  // startup.cpp
  Awaitable<Hello> greet();
  Awaitable<bool> take_direct_tls();
  Awaitable<Hello> read_packet();
  Awaitable<bool> answer_ssl_request();
  bool may_have_tls();
  Awaitable<bool> offers_tls();
  Awaitable<bool> begin_tls();
  Awaitable<bool> answer_gssenc_request();
  Awaitable<void> refuse(std::string_view sqlstate, std::string_view message,
                         std::string_view detail);

  // mechanisms.cpp
  Awaitable<void> pass_offer_without_plus();

  // session.cpp
  Awaitable<void> serve(Hello hello);
  Awaitable<void> establish(Hello hello);
  Awaitable<void> carry_cancel(Hello hello);
  Awaitable<void> find_server();
  Awaitable<bool> reach_server();
  bool server_has_our_certificate() const;
  Binding binding() const;
  Awaitable<void> refuse_recorded(std::string_view sqlstate, const std::string& message,
                                  std::string_view how);
  Awaitable<bool> ring_has_room();
  Awaitable<void> close(std::string_view how);
  Awaitable<void> hang_up();

  DoorThread& thread_;
  const Limits& limits_;
  const SslContext tls_;  // what this client may be shown; a reload changes it for others
  Leg client_;
  std::optional<Leg> server_;
  std::string server_failure_;  // why there is no server_, once it was looked for
  std::string peer_;
  const std::string to_;  // the server's name
  const bool announced_;
  // Shared with the registry, where other threads read it; see Registry::Entry.
  std::shared_ptr<Registry::Entry> entry_;  // null once handed over, as is the recorder
  const journal::ConnectionId connection_;
  std::unique_ptr<Recorder> recorder_;
  bool ssl_answered_ = false;
  bool gssenc_answered_ = false;
  bool cut_ = false;
};

// To be spawned on the thread's context: all of a session's life there. Failures end in the log.
Awaitable<void> run_session(DoorThread* thread, Arrival arrival);

}  // namespace ride::proxy
