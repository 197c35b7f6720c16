#include "proxy/session.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "protocol/backend.hpp"
#include "protocol/startup.hpp"
#include "proxy/upstream.hpp"

namespace ride::proxy {

using namespace std::chrono_literals;

namespace {

constexpr auto room_retry = 1ms;

}  // namespace

Session::Session(DoorThread& thread, Arrival arrival)
    : thread_(thread),
      limits_(thread.shared.options.limits),
      tls_(thread.shared.client_tls()),
      client_(std::move(arrival.socket)),
      peer_(std::move(arrival.peer)),
      to_(std::move(arrival.server)),
      announced_(arrival.announced),
      entry_(thread.shared.registry.add()),
      connection_(entry_->connection),
      recorder_(std::make_unique<Recorder>(thread, *entry_)) {
  thread_.alive.insert(this);
}

Session::~Session() {
  if (entry_) thread_.shared.registry.remove(*entry_);
  thread_.alive.erase(this);
}

void Session::cut() {
  cut_ = true;
  if (server_) server_->close();
  client_.close();
}

Awaitable<void> Session::run() {
  using namespace asio::experimental::awaitable_operators;
  Timer deadline(thread_.context, thread_.shared.startup_wait_max.load());
  auto first = co_await (introduce() || deadline.async_wait(as_values));
  if (first.index() == 1) {
    spdlog::warn("connection={} peer={} sent no complete start-up packet in time: closed",
                 connection(), peer_);
    co_return;
  }
  auto hello = std::get<0>(std::move(first));
  if (cut_ || hello.kind == Hello::Kind::gone) co_return;
  co_await serve(std::move(hello));
}

Awaitable<void> Session::serve(Hello hello) {
  const bool recordable = co_await ring_has_room();
  if (!recordable) {
    const auto why = "ride cannot record: " + recorder_->journal().failure();
    thread_.counters.refused_unrecorded.add();
    co_await refuse("53100", why, "");
    co_return;
  }
  recorder_->opened(peer_, client_.tls_facts(), to_);
  switch (hello.kind) {
    case Hello::Kind::startup:
    case Hello::Kind::garbage:
      co_await establish(std::move(hello));
      break;
    case Hello::Kind::cancel:
      co_await carry_cancel(std::move(hello));
      break;
    case Hello::Kind::gone:
      break;
  }
}

Awaitable<void> Session::establish(Hello hello) {
  if (hello.kind == Hello::Kind::startup) {
    recorder_->started(*protocol::decode_startup(hello.bytes));
  } else {
    spdlog::info("connection={} peer={} does not speak PostgreSQL's protocol: passed on unread",
                 connection(), peer_);
    recorder_->stop_reading_messages();
  }
  if (thread_.shared.draining) {
    thread_.counters.refused_draining.add();
    co_await refuse_recorded("57P03", "ride is shutting down: it takes no new sessions", "fatal");
    co_return;
  }
  const std::size_t sessions_max = thread_.shared.sessions_max;
  if (!thread_.shared.registry.admit(*entry_, sessions_max)) {
    thread_.counters.refused_by_limit.add();
    spdlog::warn("connection={} peer={} limit=max-connections value={} reached: refused",
                 connection(), peer_, sessions_max);
    co_await refuse_recorded("53300", "sorry, too many clients already", "fatal");
    co_return;
  }
  const bool reached = co_await reach_server();
  if (!reached) co_return;
  recorder_->reached(server_->tls_facts().text, name_of(binding()));
  recorder_->count_client_bytes(hello.bytes.size());
  co_await server_->write_all(hello.bytes);  // a server that died says so at the first read
  if (hello.kind == Hello::Kind::startup && hides_plus(binding()))
    co_await pass_offer_without_plus();
  if (cut_) {
    co_await close("cut");
    co_return;
  }
  thread_.hand_over(
      {client_.release(), server_->release(), std::move(recorder_), std::move(entry_)});
}

// Leaves the connection to the server in server_, or why there is none in server_failure_. Done
// once: a client that asks for TLS may have needed to know already.
Awaitable<void> Session::find_server() {
  if (server_ || !server_failure_.empty()) co_return;
  const auto upstream = thread_.shared.current_upstream(to_);
  const auto tls = thread_.shared.server_tls();
  auto connected = co_await connect(thread_.context, upstream, thread_.shared.options, tls.get());
  if (cut_) co_return;
  server_ = std::move(connected.leg);
  if (server_) co_return;
  server_failure_ = to_text(upstream) + ": " + connected.failure;
  spdlog::warn("connection={} upstream={} connect failed: {}", connection(), to_text(upstream),
               connected.failure);
}

// The same, or tells the client why there is none and is done with it.
Awaitable<bool> Session::reach_server() {
  co_await find_server();
  if (cut_) {
    co_await close("cut");
    co_return false;
  }
  if (server_) co_return true;
  thread_.counters.refused_unreachable.add();
  co_await refuse_recorded("08006", "ride cannot reach the PostgreSQL server at " + server_failure_,
                           "server_gone");
  co_return false;
}

// Of a connection whose opening is recorded: so is this, and its end.
Awaitable<void> Session::refuse_recorded(std::string_view sqlstate, const std::string& message,
                                         std::string_view how) {
  const auto error = protocol::encode_error("FATAL", sqlstate, message, "");
  recorder_->refused(Bytes(error).substr(protocol::header_bytes));
  co_await client_.write_all(error);
  co_await close(how);
}

bool Session::server_has_our_certificate() const {
  const auto* theirs = server_->peer_certificate();
  return theirs != nullptr && tls_ && X509_cmp(theirs, SSL_CTX_get0_certificate(tls_.get())) == 0;
}

Binding Session::binding() const {
  return binding_of(client_.tls(), server_->tls(), server_has_our_certificate());
}

// The same bytes on a connection of their own. libpq waits for the end of ours so that its next
// command is not hit by a cancel still under way; so ours ends after the server's, not before.
Awaitable<void> Session::carry_cancel(Hello hello) {
  const auto request = protocol::decode_cancel_request(hello.bytes);
  if (request) {
    const auto& registry = thread_.shared.registry;
    const auto target = registry.find_cancel_target(request->pid, request->key);
    recorder_->cancel_requested(target.value_or(Registry::Target{}));
  }
  co_await find_server();
  if (server_ && !cut_) {
    recorder_->count_client_bytes(hello.bytes.size());
    auto error = co_await server_->write_all(hello.bytes);
    char unexpected = 0;  // a server says nothing to a cancel request
    while (!error) error = co_await server_->read_exactly(&unexpected, 1);
    server_->close();
  }
  co_await close("server_gone");
}

// Waits for what one more chunk may need. False: the journal has failed.
Awaitable<bool> Session::ring_has_room() {
  while (!recorder_->has_room(recorder_->room_bytes())) {
    if (recorder_->journal().failed()) co_return false;
    Timer pause(thread_.context, room_retry);
    co_await pause.async_wait(as_values);
  }
  co_return !recorder_->journal().failed();
}

Awaitable<void> Session::close(std::string_view how) {
  co_await ring_has_room();  // a journal that failed may have some still
  if (recorder_->has_room(recorder_->room_bytes())) recorder_->closed(cut_ ? "cut" : how);
  co_await hang_up();
}

// Ends the client's leg so that it can read to the end: a socket closed with bytes still unread
// would reset the connection, and what was sent last would be lost.
Awaitable<void> Session::hang_up() {
  using namespace asio::experimental::awaitable_operators;
  client_.shutdown_send();
  Timer deadline(thread_.context, cut_ ? 0ms : limits_.linger_max);
  error_code error;
  while (!error && client_.is_open()) {
    client_.read_some(thread_.chunk.data(), thread_.chunk.size(), error);
    if (error != asio::error::would_block) continue;
    if (deadline.expiry() <= std::chrono::steady_clock::now()) break;
    auto first = co_await (client_.readable() || deadline.async_wait(as_values));
    error = first.index() == 0 ? std::get<0>(std::get<0>(first)) : asio::error::timed_out;
  }
  client_.close();
}

Awaitable<void> run_session(DoorThread* thread, Arrival arrival) {
  Session session(*thread, std::move(arrival));
  try {
    co_await session.run();
  } catch (const std::exception& failure) {
    spdlog::error("connection={} failed: {}", session.connection(), failure.what());
  }
}

}  // namespace ride::proxy
