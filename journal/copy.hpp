// Makes a new attempt file out of events that come from another one: a redacted copy, or one
// without its oldest part. The copy has a chain of its own, signed like any other file's, and is at
// rest when it was closed. A Copy belongs to one thread; every failure throws one line that names
// the file.
//
//   Reader from(source);
//   Copy copy(target, {.key = key});
//   auto cursor = from.events();
//   for (Event event; cursor.next(event);) copy.add(event);
//   copy.close();
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "journal/chain.hpp"
#include "journal/database.hpp"
#include "journal/event.hpp"
#include "journal/key.hpp"

namespace ride::journal {

struct CopyOptions {
  std::optional<SigningKey> key = std::nullopt;  // without one nothing is signed

  // Set where the copy goes on being the same file, with all its events behind `pruned_to`: it
  // keeps the file's id, so that receipts still fit, and its checkpoints and keys wherever it is
  // the same up to there. It must outlive the copy. Else the copy has an id of its own.
  const Database* same_as = nullptr;
  // The seq of the last event that is left out. A checkpoint, signed with `key`, takes the place of
  // the events up to it.
  Seq pruned_to = 0;
  // A copy that has an id of its own of a file that was pruned: the state of that file's chain
  // where its events begin. A checkpoint, signed with `key`, takes the place of what is not there.
  std::optional<ChainState> begins_behind = std::nullopt;
};

class Copy {
 public:
  // The file must not be there. Takes its lock.
  Copy(const std::filesystem::path& file, const CopyOptions& options);
  // Removes what was made unless it was closed.
  ~Copy();
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;

  // By ascending seq; seq, attempt, kind, time and connection stay as they are given, and so do
  // gaps between seqs. The body is whole, as a Reader gives it: long texts are shared again.
  void add(const Event& event);

  const ChainState& chain() const;  // behind the last event that was added

  // For what stands beside the events (facts). No transaction is open then.
  Database& database();

  // Signs the end, and puts the file at rest. Once, and last.
  void close();

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace ride::journal
