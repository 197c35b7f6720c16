// A server of the test's own on a unix socket, for what no real one can be made to say: it takes
// one connection at a time and sends what the test says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/temporary_directory.hpp"

namespace ride::test {

class ScriptedServer {
 public:
  ScriptedServer();
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  // As PostgreSQL names them: a directory for sockets, and a port.
  std::string socket_directory() const { return directory_.path().string(); }
  static constexpr std::uint16_t port = 5432;

  void accept();                                // the next connection; the one before stays open
  void send(std::string_view bytes) const;      // all of them
  std::string receive(std::size_t size) const;  // as many; fewer where the peer ends before
  void hang_up();                               // as a server does that has read its client's end
  void close();                                 // at once, whatever the peer still says

 private:
  TemporaryDirectory directory_;
  int listener_ = -1;
  int connection_ = -1;
  std::vector<int> before_;
};

}  // namespace ride::test
