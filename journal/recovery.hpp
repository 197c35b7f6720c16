// Finishes what a dead writer left: moves the frames that are still in the rings into the file, and
// says in the file what cannot be had any more. Does nothing to a file at rest, can be repeated,
// and a crash in the middle of it costs nothing: all rows come in one transaction, and the rings go
// after it.
//
// It does not end the attempt: whether an attempt that stops here is "interrupted" is for the
// caller to write (open a Writer with `extend`).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "journal/event.hpp"
#include "journal/key.hpp"

namespace ride::journal {

struct Recovered {
  bool was_interrupted = false;  // false: there was nothing to do
  std::uint64_t events = 0;      // moved from the rings into the file
  std::uint64_t holes = 0;       // runs of seqs that were drawn and never written
  std::uint64_t gaps = 0;        // places where the machine, dying, lost what had been recorded
  Seq last_seq = 0;
};

// Of a file without rings that nobody writes: whether it was never put at rest, because its writer
// died before it had a ring, or the machine as the file was closed. Some of it may still lie in the
// log that SQLite has beside it.
bool is_unfinished(const std::filesystem::path& file);

// The chain goes on with what was moved; with a key its end is signed, and marked as recovered.
// Throws std::runtime_error (being written right now; a ring of another file; damage) or
// std::system_error (folder or disk); the rings then stay where they are.
Recovered recover(const std::filesystem::path& file,
                  const std::optional<SigningKey>& key = std::nullopt);

// Removes a file that was never made (Database::was_never_made) and that nobody is making now, with
// what lies beside it. False: it is none such, and is as it was.
bool remove_unmade(const std::filesystem::path& file);

}  // namespace ride::journal
