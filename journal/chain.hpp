// The chain over the record: each event's hash covers the one before it, so that no event can be
// changed, left out, put in or moved without changing every hash behind it. Pure; a Chain belongs
// to one thread.
//
//   hash(n) = SHA-256(hash(n − 1) | seq u64 | at_us i64 | attempt u32 | connection u32 | kind u8 |
//   body)
//
// Integers are little-endian; the body is the one that is stored (a shared text's digest in its
// place); before the first event stand 32 zero bytes.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "journal/event.hpp"
#include "journal/sha256.hpp"

namespace ride::journal {

// The chain up to an event: its seq and its hash.
struct ChainState {
  Seq size = 0;
  Digest head{};
  bool operator==(const ChainState&) const = default;
};

// What events.link holds: the first three bytes of the hash, as a signed big-endian number. It
// proves nothing by itself, and tells at which event a chain breaks.
std::int64_t link_of(const Digest& hash);

class Chain {
 public:
  explicit Chain(const ChainState& from = {}) : state_(from) {}

  // Takes the next event; its link.
  std::int64_t add(Seq seq, std::uint32_t attempt, Kind kind, std::int64_t at_us,
                   ConnectionId connection, Bytes stored_body);
  const ChainState& state() const { return state_; }

 private:
  Sha256 sha256_;
  ChainState state_;
};

}  // namespace ride::journal
