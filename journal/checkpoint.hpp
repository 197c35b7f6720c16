// A checkpoint: a signed statement of how far the record of a file had come, in the layout of
// C2SP's tlog-checkpoint and signed-note. The hash is the chain's (chain.hpp), in the place of a
// Merkle tree's root, and the size is the seq of the last event that it covers. Pure.
//
//   ride/8c1f0d3a5b6e7f80
//   1234
//   47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
//   closed
//
//   — ride
//   Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "journal/chain.hpp"
#include "journal/key.hpp"

namespace ride::journal {

// The extension lines that ride writes.
inline constexpr std::string_view mark_closed = "closed";        // the file was closed cleanly here
inline constexpr std::string_view mark_recovered = "recovered";  // so much a crash had left
inline constexpr std::string_view mark_pruned = "pruned";        // what it covers was taken out

struct Checkpoint {
  std::string origin;  // "ride/" and the file's id
  ChainState state;
  std::string mark;  // empty, or one of the marks
};

std::string origin_of(std::string_view file_id);

// The note: the checkpoint's text, an empty line, the key's signature.
std::string sign(const Checkpoint& checkpoint, const SigningKey& key);

struct Signature {
  std::string name;
  std::string id_and_signature;
};

struct Note {
  Checkpoint checkpoint;
  std::string text;  // that is signed
  std::vector<Signature> signatures;

  bool is_signed_by(const PublicKey& key) const;
};

// nullopt where the text is no signed checkpoint.
std::optional<Note> parse_note(std::string_view note);

// What is given away of a checkpoint: "ride-receipt:1 ride/8c1f0d3a5b6e7f80 1234 47DEQ…". Whoever
// has the line can tell later whether a file still begins with these events.
std::string receipt(const Checkpoint& checkpoint);
// Spaces around the line do not matter. nullopt where it is no receipt.
std::optional<Checkpoint> parse_receipt(std::string_view line);

}  // namespace ride::journal
