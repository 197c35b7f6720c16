// Puts events into an attempt file and goes on with its chain: what the writer, recovery and copies
// share. The caller opens and commits the transactions. Belongs to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "journal/chain.hpp"
#include "journal/database.hpp"
#include "journal/event.hpp"
#include "journal/ring.hpp"
#include "journal/sha256.hpp"
#include "journal/signer.hpp"

namespace ride::journal {

class EventStore {
 public:
  // The database must outlive the store. Goes on with the attempt of the last event in it. Without
  // a key nothing is signed.
  explicit EventStore(Database& database, std::optional<SigningKey> key = std::nullopt);

  // Events come by ascending seq. An attempt_began begins the attempt that it and all behind it
  // belong to.
  void add(Seq seq, Kind kind, std::int64_t at_us, ConnectionId connection, Bytes body);
  // The same, with the attempt that the event says.
  void add(const Event& event);
  void add(const Frame& frame) {
    add(frame.seq, frame.kind, frame.at_us, frame.connection, frame.body);
  }

  // A part of every transaction that adds events, before its commit: signs where it is time to.
  void sign_if_due();
  bool is_sign_due() const { return signer_ && signer_->is_due(chain_.state()); }
  // Signs the chain as far as it goes. Without a key the checkpoint is not stored.
  Checkpoint sign(std::string_view mark = {});
  const ChainState& chain() const { return chain_.state(); }

  void set_drained(std::uint32_t ring, std::uint64_t position);
  std::uint64_t drained(std::uint32_t ring);
  Seq last_seq() const { return last_seq_; }

 private:
  Bytes share_text(Bytes body);

  Statement insert_event_;
  Statement insert_text_;
  Statement set_drained_;
  Statement get_drained_;
  Chain chain_;
  std::optional<Signer> signer_;
  std::string origin_;
  Sha256 sha256_;
  std::unordered_set<std::string> known_digests_;  // that are in `texts` for certain
  std::string body_;                               // the one with a digest, while it is stored
  std::uint32_t attempt_ = 0;
  Seq last_seq_ = 0;
};

}  // namespace ride::journal
