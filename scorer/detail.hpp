// The second half of a card: what stands behind a verdict but differs from run to run. Pids, times,
// what checks saw, versions. Read from the file; never part of the verdict.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scorer/grade.hpp"
#include "scorer/harm.hpp"
#include "scorer/views.hpp"

namespace ride::journal {
class Reader;
}

namespace ride::scorer {

// A statement that is evidence. Text is as recorded; printing makes it harmless.
struct StatementDetail {
  std::int64_t n = 0;
  std::int64_t started = 0;  // microseconds since the epoch
  std::optional<std::int64_t> ended;
  std::int64_t connection = 0;
  std::string database;
  std::string text;
  std::string outcome;
  std::string sqlstate;
};

struct TerminationDetail {
  std::int64_t statement = 0;
  std::string actor;  // "" for a session that is no actor's
  std::optional<std::int64_t> pid;
  std::string died;     // SQLSTATE of the death, or ""
  bool certain = true;  // false: one of several possibilities
};

struct CheckDetail {
  std::string id;
  std::string moment;
  std::string state;
  std::string seen;
  std::string message;
};

struct WorkloadDetail {
  std::string actor;
  std::int64_t done = 0;
  std::int64_t asked = 0;
  std::string sqlstate;
  std::string message;
};

struct GapDetail {
  std::int64_t n = 0;
  std::string reason;
};

struct Detail {
  std::string learner;
  std::string ride_version;
  std::string sandbox;  // "local" | "docker" | "server"
  std::string server_version;
  std::optional<std::int64_t> seed;  // where something was drawn from it
  std::string drawn;                 // JSON of the values, or ""
  std::string facts_versions;        // JSON, as recorded at submit; "" where not submitted
  std::int64_t file_format = 0;
  std::optional<std::int64_t> began;
  std::optional<std::int64_t> submitted;
  std::optional<std::int64_t> ended;
  std::string how_ended;  // "" while it runs
  std::vector<StatementDetail> statements;
  std::vector<TerminationDetail> terminations;
  std::vector<CheckDetail> checks;
  std::vector<WorkloadDetail> workloads;
  std::vector<GapDetail> gaps;
  Harm harm;
};

Detail read_detail(journal::Reader& reader, const Vocabulary& vocabulary, const Verdict& verdict);

}  // namespace ride::scorer
