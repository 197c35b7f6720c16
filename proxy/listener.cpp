#include "proxy/listener.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <cstring>
#include <system_error>

#include "proxy/session.hpp"
#include "proxy/upstream.hpp"

namespace ride::proxy {

using namespace std::chrono_literals;

namespace {

// How long to wait when a connection cannot be taken, most often for want of file descriptors.
constexpr auto accept_retry = 100ms;

constexpr std::size_t unix_path_bytes_max = 107;

asio::ip::tcp::endpoint to_tcp(const asio::generic::stream_protocol::endpoint& endpoint) {
  asio::ip::tcp::endpoint tcp;
  if (endpoint.size() <= tcp.capacity()) {
    std::memcpy(tcp.data(), endpoint.data(), endpoint.size());
    tcp.resize(endpoint.size());
  }
  return tcp;
}

asio::generic::stream_protocol::endpoint to_endpoint(const Address& address, error_code& error) {
  if (address.is_unix()) {
    const auto path = to_text(address);
    if (path.size() <= unix_path_bytes_max) return asio::local::stream_protocol::endpoint(path);
    error = make_error_code(boost::system::errc::filename_too_long);
    return {};
  }
  return asio::ip::tcp::endpoint(asio::ip::make_address(address.host, error), address.port);
}

std::string peer_text(const asio::generic::stream_protocol::endpoint& endpoint) {
  const auto family = endpoint.protocol().family();
  if (family != AF_INET && family != AF_INET6) return "unix";
  const auto tcp = to_tcp(endpoint);
  const auto address = tcp.address().to_string();
  const auto port = std::to_string(tcp.port());
  return (family == AF_INET6 ? '[' + address + ']' : address) + ':' + port;
}

// Nothing is thrown across a spawn but what is a bug: sessions log their own failures.
void log_failure(std::exception_ptr failure) {
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const std::exception& thrown) {
    spdlog::error("session failed: {}", thrown.what());
  }
}

}  // namespace

Acceptor listen(asio::io_context& context, const Address& address, bool v6_only) {
  error_code error;
  const auto endpoint = to_endpoint(address, error);
  Acceptor acceptor(context);
  if (!error) acceptor.open(endpoint.protocol(), error);
  if (!error && !address.is_unix())
    acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && endpoint.protocol().family() == AF_INET6)
    acceptor.set_option(asio::ip::v6_only(v6_only), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) throw std::system_error(error, "cannot listen on " + to_text(address));
  return acceptor;
}

Address address_of(const Acceptor& acceptor, Address told) {
  if (!told.is_unix()) told.port = to_tcp(acceptor.local_endpoint()).port();
  return told;
}

Awaitable<void> accept_sessions(Acceptor* acceptor,
                                const std::vector<std::unique_ptr<Worker>>* workers) {
  for (std::size_t turn = 0; acceptor->is_open(); ++turn) {
    auto& worker = *(*workers)[turn % workers->size()];
    // As the kernel tells it with the connection: a socket whose peer is gone again has none.
    asio::generic::stream_protocol::endpoint from;
    auto [error, socket] =
        co_await acceptor->async_accept(worker.context.get_executor(), from, as_values);
    if (error == asio::error::operation_aborted) continue;
    if (error) {
      spdlog::error("cannot accept a connection: {}", error.message());
      Timer pause(acceptor->get_executor(), accept_retry);
      co_await pause.async_wait(as_values);
      continue;
    }
    tune(socket);
    auto peer = peer_text(from);
    asio::co_spawn(worker.context, run_session(&worker, std::move(socket), std::move(peer)),
                   log_failure);
  }
}

}  // namespace ride::proxy
