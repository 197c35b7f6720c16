#include "proxy/listener.hpp"

#include <linux/filter.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>
#include <utility>

namespace ride::proxy {

namespace {

using Endpoint = asio::generic::stream_protocol::endpoint;

// A client whose SYN gets no answer asks again in a second, when we are gone and another listener
// of the port has it; one whose connection sits in the queue of a socket that is closed is reset.
// So the last thing to be done to a port is to drop what begins a connection, and nothing else.
void drop_new_connections(int descriptor) {
  constexpr std::uint32_t flags_byte = 13;  // of the TCP header, where the packet begins here
  constexpr std::uint32_t syn = 0x02;
  constexpr std::uint32_t ack = 0x10;
  constexpr std::uint32_t whole_packet = 0xffffffff;
  std::array<sock_filter, 5> code{{BPF_STMT(BPF_LD | BPF_B | BPF_ABS, flags_byte),
                                   BPF_STMT(BPF_ALU | BPF_AND | BPF_K, syn | ack),
                                   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, syn, 0, 1),
                                   BPF_STMT(BPF_RET | BPF_K, 0),
                                   BPF_STMT(BPF_RET | BPF_K, whole_packet)}};
  const sock_fprog program{static_cast<unsigned short>(code.size()), code.data()};
  ::setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

Endpoint to_endpoint(const Address& address) {
  error_code error;
  const auto ip = asio::ip::make_address(address.host, error);
  if (error) throw std::system_error(std::make_error_code(std::errc::address_not_available));
  return asio::ip::tcp::endpoint(ip, address.port);
}

std::uint16_t port_of(const Endpoint& endpoint) {
  asio::ip::tcp::endpoint tcp;
  std::memcpy(tcp.data(), endpoint.data(), endpoint.size());
  tcp.resize(endpoint.size());
  return tcp.port();
}

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

}  // namespace

Listener::Listener(asio::io_context& context, const Address& address, const Options& options,
                   std::string server)
    : acceptor_(context), address_(address), server_(std::move(server)) {
  try {
    open(options);
  } catch (const boost::system::system_error& error) {
    throw std::system_error(error.code(), "cannot listen on " + to_text(address));
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), "cannot listen on " + to_text(address));
  }
}

void Listener::open(const Options& options) {
  if (address_.is_unix()) {
    acceptor_.open(asio::local::stream_protocol());
    file_.emplace(acceptor_.native_handle(), to_text(address_),
                  static_cast<mode_t>(options.unix_socket_mode), options.reuse_port);
  } else {
    const auto endpoint = to_endpoint(address_);
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address(true));
    if (options.reuse_port) acceptor_.set_option(ReusePort(true));
    if (endpoint.protocol().family() == AF_INET6)
      acceptor_.set_option(asio::ip::v6_only(options.listen.size() > 1));
    acceptor_.bind(endpoint);
    acceptor_.listen(asio::socket_base::max_listen_connections);
    address_.port = port_of(acceptor_.local_endpoint());
  }
  acceptor_.non_blocking(true);
}

Awaitable<error_code> Listener::ready() {
  const auto [error] = co_await acceptor_.async_wait(Acceptor::wait_read, as_values);
  co_return error;
}

Socket Listener::accept(asio::io_context& context, sockaddr_storage& from, error_code& error) {
  Socket socket(context);
  socklen_t size = sizeof from;
  const int descriptor = ::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&from),
                                   &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (descriptor < 0) {
    error = error_code(errno, boost::system::system_category());
    return socket;
  }
  socket.assign(acceptor_.local_endpoint().protocol(), descriptor, error);
  return socket;
}

void Listener::retire() {
  if (file_) return file_->remove();
  drop_new_connections(acceptor_.native_handle());
}

void Listener::close() {
  file_.reset();
  error_code ignored;
  acceptor_.close(ignored);
}

}  // namespace ride::proxy
