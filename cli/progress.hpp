// What somebody has done so far, worked out from the attempt files each time it is asked: there is
// no other place that could be lost or disagree. And what to do next. Reads only; recommend() and
// paths_of() are pure.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ride::cli {

// A scenario as the lists show it.
struct CatalogEntry {
  std::string id;
  std::string title;
  std::string topic;
  std::string level;
  std::string minutes;
  std::vector<std::string> paths;
};

struct ScenarioProgress {
  int attempts = 0;   // begun
  int submitted = 0;  // of these
  int hints = 0;      // taken in all of them
  int best = 0;       // of the submitted ones: the points of the best, and of how many
  int best_of = 0;

  bool done() const;  // at least 80 % of the points
};

struct Standing {
  std::map<std::string, ScenarioProgress> scenarios;  // by id
  std::string last;                                   // what was worked on last; empty: nothing
  std::vector<std::string> skipped;                   // "FILE: why", one line each

  ScenarioProgress of(const std::string& id) const;
};

// All that are installed, by id; one that cannot be read is named in `skipped` and left out.
std::vector<CatalogEntry> read_catalog(const std::vector<std::filesystem::path>& roots,
                                       std::vector<std::string>& skipped);

// Every attempt file of the folder, damaged and foreign ones skipped. Throws nothing for a folder
// that is not there.
Standing read_progress(const std::filesystem::path& attempts);

struct Path {
  std::string name;
  std::vector<const CatalogEntry*> scenarios;  // by level, then id
  int done = 0;
};

// In the order of their names.
std::vector<Path> paths_of(const std::vector<CatalogEntry>& catalog, const Standing& progress);

struct Proposal {
  const CatalogEntry* scenario = nullptr;  // null: everything is done
  std::string path;                        // empty: it is in none
  std::string why;                         // a sentence
};

// `wanted`: a path's name, which must be one; empty: the path of what was worked on last.
Proposal recommend(const std::vector<CatalogEntry>& catalog, const Standing& progress,
                   const std::string& wanted);

}  // namespace ride::cli
