// Is a file still what was recorded? Goes once through its texts and its events, in constant
// memory: each event must follow from the one before (chain.hpp), each checkpoint must carry a
// valid signature over the chain's hash at its size, and a receipt must fit. Whether derived facts
// follow from the events is asked by journal/facts/verify.hpp.
//
// What it finds are places, as exactly as the file lets them be told. Behind a place that is bad it
// goes on at the next checkpoint, so that the rest is looked at too.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "journal/checkpoint.hpp"
#include "journal/reader.hpp"

namespace ride::journal {

struct VerifyOptions {
  std::optional<PublicKey> key =
      std::nullopt;  // only its signatures count; else those of the keys in the file
  std::optional<Checkpoint> receipt = std::nullopt;     // as parse_receipt() gives it
  std::function<void(Seq done, Seq of)> progress = {};  // now and then
};

struct Finding {
  Seq first = 0;  // the first event that is bad, or may be the bad one; 0: not about events
  Seq last = 0;   // as far as that is known
  std::string text;
};

enum class ReceiptState : std::uint8_t { none, fits, does_not_fit };

struct Verified {
  std::int64_t format = 0;
  std::string origin;
  std::uint64_t events = 0;
  std::uint64_t texts = 0;
  Seq first_seq = 0;
  Seq last_seq = 0;
  Seq chained_later = 0;           // events up to this one were linked when the file left format 1
  std::optional<Seq> pruned_to;    // the chain begins behind this event, at a signed checkpoint
  std::uint64_t checkpoints = 0;   // that are valid
  Seq signed_to = 0;               // the last of them
  std::string mark;                // of the last of them
  std::vector<std::string> vkeys;  // whose signatures counted
  ReceiptState receipt = ReceiptState::none;
  std::uint64_t findings_more = 0;  // beyond those kept
  std::vector<Finding>
      findings;  // empty: nothing is wrong. By the order of events, first the others

  bool is_sound() const { return findings.empty(); }
};

inline constexpr std::size_t findings_max = 100;

// Throws std::runtime_error where the file cannot be read at all.
Verified verify(Reader& reader, const VerifyOptions& options = {});

}  // namespace ride::journal
