// Puts events into an attempt file: what the writer and recovery share. The caller opens and
// commits the transactions. Belongs to one thread.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>

#include "journal/database.hpp"
#include "journal/event.hpp"
#include "journal/ring.hpp"
#include "journal/sha256.hpp"

namespace ride::journal {

class EventStore {
 public:
  // The database must outlive the store. Goes on with the attempt of the last event in it.
  explicit EventStore(Database& database);

  // Events come by ascending seq. An attempt_began begins the attempt that it and all behind it
  // belong to.
  void add(Seq seq, Kind kind, std::int64_t at_us, ConnectionId connection, Bytes body);
  void add(const Frame& frame) {
    add(frame.seq, frame.kind, frame.at_us, frame.connection, frame.body);
  }

  void set_drained(std::uint32_t ring, std::uint64_t position);
  std::uint64_t drained(std::uint32_t ring);
  Seq last_seq() const { return last_seq_; }

 private:
  Bytes share_text(Bytes body);

  Statement insert_event_;
  Statement insert_text_;
  Statement set_drained_;
  Statement get_drained_;
  Sha256 sha256_;
  std::unordered_set<std::string> known_digests_;  // that are in `texts` for certain
  std::string body_;                               // the one with a digest, while it is stored
  std::uint32_t attempt_ = 0;
  Seq last_seq_ = 0;
};

}  // namespace ride::journal
