#include "proxy/upstream.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>

namespace ride::proxy {

using namespace std::chrono_literals;

namespace {

// How soon a unix socket whose queue of connections is full is tried again.
constexpr auto full_queue_retry = 2ms;

bool is_unix(const Upstream& upstream) { return upstream.host.starts_with('/'); }

asio::generic::stream_protocol::endpoint to_endpoint(const Upstream& upstream, error_code& error) {
  if (is_unix(upstream)) {
    const auto path = to_text(upstream);
    constexpr std::size_t path_bytes_max = 107;
    if (path.size() <= path_bytes_max) return asio::local::stream_protocol::endpoint(path);
    error = make_error_code(boost::system::errc::filename_too_long);
    return {};
  }
  return asio::ip::tcp::endpoint(asio::ip::make_address(upstream.host, error), upstream.port);
}

// Linux answers EAGAIN to a unix socket whose server has its queue full, which Asio takes for a
// connection under way: then nobody is at the other end, and it is tried again.
Awaitable<Connected> try_connect(asio::io_context& context, Upstream upstream) {
  Connected result{Socket(context), {}};
  const auto endpoint = to_endpoint(upstream, result.error);
  while (!result.error) {
    const auto [error] = co_await result.socket.async_connect(endpoint, as_values);
    result.error = error;
    if (error) break;
    error_code no_peer;
    result.socket.remote_endpoint(no_peer);
    if (!no_peer) break;
    result.socket.close(result.error);
    result.socket = Socket(context);
    Timer pause(context, full_queue_retry);
    co_await pause.async_wait(as_values);
  }
  if (!result.error) tune(result.socket);
  co_return result;
}

}  // namespace

Awaitable<Connected> connect(asio::io_context& context, Upstream upstream, Limits limits) {
  using namespace asio::experimental::awaitable_operators;
  Timer deadline(context, limits.connect_wait_max);
  auto first = co_await (try_connect(context, upstream) || deadline.async_wait(as_values));
  if (first.index() == 0) co_return std::get<0>(std::move(first));
  co_return Connected{Socket(context), make_error_code(boost::system::errc::timed_out)};
}

std::string to_text(const Upstream& upstream) {
  const auto port = std::to_string(upstream.port);
  return is_unix(upstream) ? upstream.host + "/.s.PGSQL." + port : upstream.host + ':' + port;
}

void tune(Socket& socket) {
  error_code ignored;  // a unix socket knows neither
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
}

}  // namespace ride::proxy
