// What goes when records are kept for so long, or so many of them: whole files, or of one file its
// oldest part. Throws one line that names the file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "journal/event.hpp"
#include "journal/key.hpp"

namespace ride::audit {

struct PruneRule {
  std::optional<std::int64_t> before_us = {};  // what ended before then goes
  std::optional<std::size_t> keep = {};        // or: all but the newest so many
};

struct Pruned {
  std::filesystem::path file;
  std::uintmax_t bytes = 0;
  std::int64_t last_us = 0;
};

// The files that the rule takes, oldest first. Never one that is being written, must be recovered,
// is not ride's, or is `current`.
std::vector<Pruned> files_to_prune(const std::vector<std::filesystem::path>& files,
                                   const PruneRule& rule, const std::filesystem::path& current);

// Removes one of them, unless somebody writes it now.
bool remove_file(const std::filesystem::path& file);

// Where a file can be cut so that all before `before_us` goes that can: the seq of the last event
// that goes, 0 for none. A session is never cut in two: what it prepared and who it was is said at
// its beginning.
journal::Seq prune_point(const std::filesystem::path& file, std::int64_t before_us);

// Rewrites the file without its events up to `point`; a signed checkpoint takes their place. At
// every instant either the old or the new file stands there, whole. For recordings of the bare
// proxy: a run's file could not be graded any more.
void prune_file(const std::filesystem::path& file, journal::Seq point,
                const journal::SigningKey& key);

}  // namespace ride::audit
