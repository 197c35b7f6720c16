#include "tests/proxy/differential/repeating_server.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

#include "tests/support/eventually.hpp"

namespace ride::test {
namespace {

constexpr std::uint16_t port = 5432;
constexpr int patience_ms = 30'000;

std::size_t unread_bytes(int connection) {
  int bytes = 0;
  ioctl(connection, FIONREAD, &bytes);
  return static_cast<std::size_t>(bytes);
}

void read_bytes(int connection, std::size_t bytes) {
  std::array<char, 65536> block;
  while (bytes > 0) {
    const auto size = recv(connection, block.data(), std::min(bytes, block.size()), 0);
    if (size <= 0) return;  // then the client misses what we would have said: the test sees it
    bytes -= static_cast<std::size_t>(size);
  }
}

void say(int connection, const std::string& words, bool byte_by_byte) {
  const std::size_t size = byte_by_byte ? 1 : words.size();
  for (std::size_t at = 0; at < words.size();) {
    const auto sent =
        send(connection, words.data() + at, std::min(size, words.size() - at), MSG_NOSIGNAL);
    if (sent < 0) return;
    at += static_cast<std::size_t>(sent);
  }
}

void take_turn(int listener, RepeatingServer::Turn turn) {
  pollfd waiting{.fd = listener, .events = POLLIN, .revents = 0};
  if (poll(&waiting, 1, patience_ms) <= 0) return;
  const int connection = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  const timeval limit{.tv_sec = patience_ms / 1000, .tv_usec = 0};
  setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (turn.hangs_up == RepeatingServer::HangsUp::unread)
    eventually([&] { return unread_bytes(connection) >= turn.client_bytes; });
  else
    read_bytes(connection, turn.client_bytes);
  say(connection, turn.words, turn.byte_by_byte);
  close(connection);
}

}  // namespace

RepeatingServer::RepeatingServer() : listener_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = (directory_ / (".s.PGSQL." + std::to_string(port))).string();
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener_, 8) != 0)
    throw std::runtime_error("cannot listen on " + path);
}

RepeatingServer::~RepeatingServer() { close(listener_); }

proxy::Upstream RepeatingServer::upstream() const { return {directory_.path().string(), port}; }

std::jthread RepeatingServer::play(Turn turn) const {
  return std::jthread(take_turn, listener_, std::move(turn));
}

}  // namespace ride::test
