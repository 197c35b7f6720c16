#include "tests/support/scripted_server.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace ride::test {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("scripted server: " + what + ": " + std::strerror(errno));
}

}  // namespace

ScriptedServer::ScriptedServer() : listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = socket_directory() + "/.s.PGSQL." + std::to_string(port);
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) fail("bind");
  if (::listen(listener_, 4) != 0) fail("listen");
}

ScriptedServer::~ScriptedServer() {
  ::close(listener_);
  close();
  for (const int connection : before_) ::close(connection);
}

void ScriptedServer::accept() {
  if (connection_ >= 0) before_.push_back(connection_);
  connection_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (connection_ < 0) fail("accept");
}

void ScriptedServer::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(connection_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) fail("send");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string ScriptedServer::receive(std::size_t size) const {
  std::string out(size, '\0');
  std::size_t filled = 0;
  while (filled < size) {
    const auto got = ::recv(connection_, out.data() + filled, size - filled, 0);
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  out.resize(filled);
  return out;
}

void ScriptedServer::hang_up() {
  std::array<char, 4096> ignored;
  while (::recv(connection_, ignored.data(), ignored.size(), 0) > 0) continue;
  close();
}

void ScriptedServer::close() {
  if (connection_ >= 0) ::close(std::exchange(connection_, -1));
}

}  // namespace ride::test
