// A server that repeats what a real one said and hangs up in the middle of it. One conversation at
// a time, each on a thread of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>

#include "proxy/options.hpp"
#include "tests/support/temporary_directory.hpp"

namespace ride::test {

class RepeatingServer {
 public:
  enum class HangsUp : std::uint8_t {
    after_reading,  // all that the client sent: it sees a plain end
    unread,         // with that still in its socket: the client sees its connection reset
  };

  RepeatingServer();
  ~RepeatingServer();
  RepeatingServer(const RepeatingServer&) = delete;
  RepeatingServer& operator=(const RepeatingServer&) = delete;

  proxy::Upstream upstream() const;

  // Takes the next connection, waits until so many bytes have come from it, says its words, byte by
  // byte or at once, and closes.
  struct Turn {
    std::size_t client_bytes = 0;
    std::string words;
    HangsUp hangs_up = HangsUp::after_reading;
    bool byte_by_byte = false;
  };
  std::jthread play(Turn turn) const;

 private:
  TemporaryDirectory directory_;
  int listener_ = -1;
};

}  // namespace ride::test
