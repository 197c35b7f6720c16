// Where a connection can be read again after bytes that could not be.
//
// The place is a chunk of the client's, before it is sent on, if
//   - the server is at rest: the last it said is a ReadyForQuery outside any transaction (its last
//     six bytes, where it is the server that could not be read), and nothing but notices,
//     parameters and notifications came behind it;
//   - the chunk is whole messages, each of which can be decoded, the last of a type that the server
//     answers by ReadyForQuery, or the goodbye.
// Both directions then stand between two messages. Whether the server has answered all that passed
// unread nobody can see, so Session::resume() leaves the first batch behind that place
// unattributed: a client that waits for its answers is followed from the second on.
//
// To be told what the server sends from the moment that reading failed. Not thread-safe.
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "protocol/framer.hpp"

namespace ride::protocol {

class Resync {
 public:
  void on_server(const Frame& frame);      // of a server that can be read
  void on_unreadable_server(Bytes chunk);  // of one that cannot
  bool may_begin_at(Bytes client_chunk) const;
  void forget();  // reading has begun again

 private:
  std::string tail_;  // the last bytes of a server that cannot be read
  bool at_rest_ = false;
};

}  // namespace ride::protocol
