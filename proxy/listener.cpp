#include "proxy/listener.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstring>
#include <system_error>

#include "proxy/session.hpp"
#include "proxy/upstream.hpp"

namespace ride::proxy {

using namespace std::chrono_literals;

namespace {

// How long to wait when a connection cannot be taken, most often for want of file descriptors.
constexpr auto accept_retry = 100ms;

asio::ip::tcp::endpoint to_tcp(const asio::generic::stream_protocol::endpoint& endpoint) {
  asio::ip::tcp::endpoint tcp;
  if (endpoint.size() <= tcp.capacity()) {
    std::memcpy(tcp.data(), endpoint.data(), endpoint.size());
    tcp.resize(endpoint.size());
  }
  return tcp;
}

std::string peer_text(const Socket& socket) {
  error_code error;
  const auto endpoint = socket.remote_endpoint(error);
  const auto family = endpoint.protocol().family();
  if (error || (family != AF_INET && family != AF_INET6)) return "unix";
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

Acceptor listen(asio::io_context& context, const Options& options) {
  error_code error;
  const auto address = asio::ip::make_address(options.listen_address, error);
  const asio::generic::stream_protocol::endpoint endpoint(
      asio::ip::tcp::endpoint(address, options.listen_port));
  Acceptor acceptor(context);
  if (!error) acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error)
    throw std::system_error(error, "cannot listen on " + options.listen_address + ':' +
                                       std::to_string(options.listen_port));
  return acceptor;
}

std::uint16_t port_of(const Acceptor& acceptor) { return to_tcp(acceptor.local_endpoint()).port(); }

Awaitable<void> accept_sessions(Acceptor* acceptor,
                                const std::vector<std::unique_ptr<Worker>>* workers) {
  for (std::size_t turn = 0; acceptor->is_open(); ++turn) {
    auto& worker = *(*workers)[turn % workers->size()];
    auto [error, socket] =
        co_await acceptor->async_accept(worker.context.get_executor(), as_values);
    if (error == asio::error::operation_aborted) continue;
    if (error) {
      spdlog::error("cannot accept a connection: {}", error.message());
      Timer pause(acceptor->get_executor(), accept_retry);
      co_await pause.async_wait(as_values);
      continue;
    }
    tune(socket);
    auto peer = peer_text(socket);
    asio::co_spawn(worker.context, run_session(&worker, std::move(socket), std::move(peer)),
                   log_failure);
  }
}

}  // namespace ride::proxy
