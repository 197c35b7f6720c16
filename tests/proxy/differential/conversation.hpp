// One conversation over a plain socket: a sequence, or its beginning, sent at a pace, and what came
// back. Sends and receives at the same time, as a client must that pipelines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "tests/proxy/differential/sequence.hpp"

namespace ride::test {

enum class Pace : std::uint8_t {
  at_once,        // everything there is to send in one write
  in_blocks,      // 64 KiB a write
  by_message,     // a message a write
  after_answers,  // a message a write, when the answers to those before it have come
  byte_by_byte,
};

enum class Finish : std::uint8_t {
  half_close,  // sends no more, and reads to the end
  wait,        // reads to the end: the server closes
  reset,       // gone at once: the peer gets RST over TCP
};

struct Manner {
  Pace pace = Pace::at_once;
  std::size_t steps = std::numeric_limits<std::size_t>::max();  // as many of the sequence are sent
  Finish finish = Finish::half_close;
  // Half-close: only when so much has come, and the connection must be open until then.
  std::size_t awaits_bytes = 0;
  // After answers: what must have come before each step is sent.
  std::vector<std::size_t> awaited_before = {};
};

struct Heard {
  std::string bytes;
  bool closed_early = false;     // before the client half-closed
  bool stuck = false;            // nothing happened for a long time
  std::string own_address = "";  // "127.1.0.7:40112", no other one's; "" over a unix socket
};

class Address {
 public:
  explicit Address(std::uint16_t tcp_port) : tcp_port_(tcp_port) {}
  explicit Address(std::string unix_path) : unix_path_(std::move(unix_path)) {}
  // A connected socket, and what its own end is called. Throws std::runtime_error.
  int connect(std::string& own_address) const;

 private:
  std::uint16_t tcp_port_ = 0;
  std::string unix_path_;
};

Heard converse(const Address& server, const Sequence& sequence, const Manner& manner = {});

}  // namespace ride::test
