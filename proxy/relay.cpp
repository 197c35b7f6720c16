#include "proxy/relay.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>

namespace ride::proxy {

using namespace std::chrono_literals;

namespace {

// How soon a full ring is asked again. The writer drains it every few milliseconds.
constexpr auto room_retry = 1ms;

}  // namespace

Awaitable<Ending> Relay::run() {
  using namespace asio::experimental::awaitable_operators;
  co_await (pump_to_server() && pump_to_client());
  co_return ending_;
}

void Relay::stop() { end(Ending::server_closed); }

void Relay::end(Ending ending) {
  if (over_) return;
  over_ = true;
  ending_ = ending;
  server_.close();
  client_.cancel();
  worker_.gate.cancel();  // whoever else waits there sees that it is still closed and waits again
}

// Why no chunk may be read now. What follows `none` must read it without waiting in between: the
// submit gate relies on it.
Relay::Hold Relay::hold(bool from_client) const {
  if (worker_.shared.journal.failed()) return Hold::journal_failed;
  if (!worker_.appender.room(recorder_.room_bytes())) return Hold::ring_full;
  if (from_client && worker_.shared.held && recorder_.idle()) return Hold::gate_closed;
  return Hold::none;
}

// Waits until a chunk may be read. False: the session is over.
Awaitable<bool> Relay::wait_out_hold(bool from_client) {
  while (!over_) {
    switch (hold(from_client)) {
      case Hold::none:
        co_return true;
      case Hold::journal_failed:
        end(Ending::journal_failed);
        break;
      case Hold::ring_full: {
        Timer pause(worker_.context, room_retry);
        co_await pause.async_wait(as_values);
        break;
      }
      case Hold::gate_closed:
        co_await worker_.gate.async_wait(as_values);
        break;
    }
  }
  co_return false;
}

Awaitable<void> Relay::pump_to_server() {
  while (!over_) {
    auto [error] = co_await client_.readable();
    if (over_) co_return;
    if (hold(true) != Hold::none && !co_await wait_out_hold(true)) co_return;
    std::size_t size = 0;
    if (!error) size = client_.read_some(worker_.chunk.data(), worker_.chunk.size(), error);
    if (error == asio::error::would_block || error == asio::error::operation_aborted) continue;
    if (error == asio::error::eof) {
      recorder_.client_finished();
      server_.shutdown_send();  // the client may still be reading: only this direction ends
      co_return;
    }
    if (error) co_return end(Ending::client_vanished);

    Bytes chunk(worker_.chunk.data(), size);
    recorder_.from_client(chunk, worker_.shared.clock.now_us());
    error = send(server_, chunk);
    if (error == asio::error::would_block) error = co_await send_rest(server_, chunk, to_server_);
    if (error) co_return;  // the server is gone; the other direction brings its last words
  }
}

Awaitable<void> Relay::pump_to_client() {
  while (!over_) {
    auto [error] = co_await server_.readable();
    if (over_) co_return;
    if (hold(false) != Hold::none && !co_await wait_out_hold(false)) co_return;
    std::size_t size = 0;
    if (!error) size = server_.read_some(worker_.chunk.data(), worker_.chunk.size(), error);
    if (error == asio::error::would_block || error == asio::error::operation_aborted) continue;
    if (error) co_return end(Ending::server_closed);

    Bytes chunk(worker_.chunk.data(), size);
    recorder_.from_server(chunk, worker_.shared.clock.now_us());
    error = send(client_, chunk);
    if (error == asio::error::would_block) error = co_await send_rest(client_, chunk, to_client_);
    if (error) co_return end(Ending::client_vanished);
  }
}

// Sends what the peer takes at once, straight from the worker's chunk, of which `chunk` becomes
// what is left.
error_code Relay::send(Leg& to, Bytes& chunk) {
  error_code error;
  while (!chunk.empty() && !error) chunk.remove_prefix(to.write_some(chunk, error));
  return error;
}

// A copy, only of what the peer would not take: the chunk is anybody's while this one waits.
Awaitable<error_code> Relay::send_rest(Leg& to, Bytes chunk, std::string& rest) {
  rest.assign(chunk);
  const auto error = co_await to.write_all(rest);
  std::string().swap(rest);
  co_return error;
}

}  // namespace ride::proxy
