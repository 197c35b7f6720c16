#include "proxy/upstream.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <climits>
#include <string>
#include <utility>
#include <vector>

#include "protocol/startup.hpp"
#include "proxy/tls.hpp"

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

Awaitable<error_code> open_socket(asio::io_context& context, Upstream upstream, TcpLimits limits,
                                  Socket& socket) {
  const auto found = co_await find(context, std::move(upstream));
  auto error = found.error;
  for (const auto& endpoint : found.endpoints) {
    error = co_await try_endpoint(context, endpoint, socket);
    if (!error) break;
  }
  if (!error) tune(socket, limits);
  co_return error;
}

// Asks for TLS. Returns why there can be no session, or "": then answer is what the server said.
Awaitable<std::string> ask_for_tls(Leg& leg, TlsMode mode, char& answer) {
  std::string request;
  protocol::encode_ssl_request(request);
  auto error = co_await leg.write_all(request);
  if (!error) error = co_await leg.peek(answer);
  if (error) co_return "no answer to SSLRequest: " + error.message();
  // Words of a server that has not shown who it is are shown to clients only where nobody asked it.
  if (answer == 'E' && mode == TlsMode::prefer) co_return "";
  if (answer != 'S' && answer != 'N') co_return "the server answered SSLRequest with an error";
  co_await leg.read_exactly(&answer, 1);
  if (answer == 'N' && mode != TlsMode::prefer) co_return "the server does not offer TLS";
  // Nothing that came in plain may be taken for what came through TLS (CVE-2021-23222).
  if (answer == 'S' && leg.has_unread_bytes())
    co_return "the server sent unencrypted data after its answer to SSLRequest";
  co_return "";
}

Awaitable<std::string> secure(Leg& leg, std::string host, const UpstreamTls& options,
                              SSL_CTX& context) {
  if (!options.direct) {
    char answer = 0;
    auto failure = co_await ask_for_tls(leg, options.mode, answer);
    if (!failure.empty() || answer != 'S') co_return failure;
  }
  const auto name = options.server_name.empty() ? host : options.server_name;
  const auto error = co_await leg.connect_tls(context, name, options.mode == TlsMode::verify_full);
  if (error) co_return "TLS: " + (leg.tls_error().empty() ? error.message() : leg.tls_error());
  if (options.direct && leg.tls_facts().alpn != alpn_protocol)
    co_return "TLS: the server does not know ALPN, as direct TLS demands";
  co_return "";
}

Awaitable<Connected> try_connect(asio::io_context& context, Upstream upstream,
                                 const Options& options, SSL_CTX* tls) {
  Socket socket(context);
  const auto error = co_await open_socket(context, upstream, options.limits.tcp, socket);
  if (error) co_return Connected{{}, error.message()};
  Connected connected{Leg(std::move(socket)), ""};
  if (tls != nullptr && !upstream.is_unix())
    connected.failure = co_await secure(*connected.leg, upstream.host, options.upstream_tls, *tls);
  if (!connected.failure.empty()) connected.leg.reset();
  co_return connected;
}

}  // namespace

Awaitable<Connected> connect(asio::io_context& context, Upstream upstream, const Options& options,
                             SSL_CTX* tls) {
  using namespace asio::experimental::awaitable_operators;
  Timer deadline(context, options.limits.connect_wait_max);
  auto first = co_await (try_connect(context, std::move(upstream), options, tls) ||
                         deadline.async_wait(as_values));
  if (first.index() == 0) co_return std::get<0>(std::move(first));
  co_return Connected{{}, make_error_code(boost::system::errc::timed_out).message()};
}

void tune(Socket& socket, const TcpLimits& limits) {
  error_code error;
  const auto family = socket.local_endpoint(error).protocol().family();
  if (error || (family != AF_INET && family != AF_INET6)) return;
  socket.set_option(asio::ip::tcp::no_delay(true), error);
  socket.set_option(asio::socket_base::keep_alive(true), error);
  const auto set = [&socket](int option, std::int64_t value) {
    const int number = static_cast<int>(std::min<std::int64_t>(value, INT_MAX));
    if (value > 0)
      ::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &number, sizeof number);
  };
  set(TCP_KEEPIDLE, limits.keepalive_idle.count());
  set(TCP_KEEPINTVL, limits.keepalive_interval.count());
  set(TCP_KEEPCNT, limits.keepalive_count);
  set(TCP_USER_TIMEOUT, limits.user_timeout.count());
}

}  // namespace ride::proxy
