#include "proxy/upstream.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <string>
#include <utility>
#include <vector>

namespace ride::proxy {

using namespace std::chrono_literals;

namespace {

// How soon a unix socket whose queue of connections is full is tried again.
constexpr auto full_queue_retry = 2ms;

constexpr std::size_t unix_path_bytes_max = 107;

using Endpoint = asio::generic::stream_protocol::endpoint;
using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;

struct Found {
  std::vector<Endpoint> endpoints;
  error_code error;
};

Awaitable<Found> find(asio::io_context& context, Upstream upstream) {
  if (upstream.is_unix()) {
    const auto path = to_text(upstream);
    if (path.size() > unix_path_bytes_max)
      co_return Found{{}, make_error_code(boost::system::errc::filename_too_long)};
    co_return Found{{asio::local::stream_protocol::endpoint(path)}, {}};
  }
  error_code not_numeric;
  const auto address = asio::ip::make_address(upstream.host, not_numeric);
  if (!not_numeric) co_return Found{{asio::ip::tcp::endpoint(address, upstream.port)}, {}};
  Resolver resolver(context);
  const auto [error, results] =
      co_await resolver.async_resolve(upstream.host, std::to_string(upstream.port), as_values);
  Found found{{}, error};
  for (const auto& entry : results) found.endpoints.emplace_back(entry.endpoint());
  co_return found;
}

// Linux answers EAGAIN to a unix socket whose server has its queue full, which Asio takes for a
// connection under way: then nobody is at the other end, and it is tried again.
Awaitable<error_code> try_endpoint(asio::io_context& context, Endpoint endpoint, Socket& socket) {
  while (true) {
    socket = Socket(context);
    const auto [error] = co_await socket.async_connect(endpoint, as_values);
    if (error) co_return error;
    error_code no_peer;
    socket.remote_endpoint(no_peer);
    if (!no_peer) co_return error_code{};
    Timer pause(context, full_queue_retry);
    co_await pause.async_wait(as_values);
  }
}

Awaitable<Connected> try_connect(asio::io_context& context, Upstream upstream) {
  const auto found = co_await find(context, std::move(upstream));
  Connected result{Socket(context), found.error};
  for (const auto& endpoint : found.endpoints) {
    result.error = co_await try_endpoint(context, endpoint, result.socket);
    if (!result.error) break;
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

void tune(Socket& socket) {
  error_code ignored;  // a unix socket knows neither
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
}

}  // namespace ride::proxy
