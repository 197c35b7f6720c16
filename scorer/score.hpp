// From a file to its card's contents: opens an attempt file read-only, picks the attempt, takes the
// rules from the scenario snapshot in it with the values that its record says were drawn, checks
// that the stored facts are the recorded ones, and grades. Where the attempt was never submitted,
// facts are derived in memory and the verdict is the state so far. Writes nothing and asks no
// server. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "scorer/detail.hpp"
#include "scorer/grade.hpp"
#include "scorer/milestones.hpp"
#include "scorer/parameters.hpp"
#include "scorer/rules.hpp"

namespace ride::journal {
class Reader;
}

namespace ride::scorer {

inline constexpr int hint_cost_max = 100;

struct ScoreOptions {
  std::optional<std::uint32_t> attempt = {};  // otherwise the last submitted, else the last one
  const Rules* rules = nullptr;               // as written; otherwise those in the file
};

struct Score {
  Rules written;  // those graded by, as they are for every attempt
  Rules rules;    // the same with what was drawn for this one
  Verdict verdict;
  Detail detail;
  std::vector<Milestone> milestones;
};

// Throws RuleError for faults of the scenario and std::runtime_error, one line naming the file, for
// all else: no attempt file, no such attempt, facts or snapshot that do not match their record, a
// recording without a scenario, a file that must be recovered first.
Score score(const std::filesystem::path& file, const ScoreOptions& options = {});

// The scenario's rules as the file carries them, with {{names}}. Throws as score() does.
Rules rules_of(journal::Reader& reader);

// What was drawn for an attempt; empty: nothing. Throws as score() does.
Values values_of(journal::Reader& reader, std::uint32_t attempt);

// Points that the attempt's policy takes for each hint; 0: it has none. Throws as score() does.
int hint_cost_of(journal::Reader& reader, std::uint32_t attempt);
// As attempt_began has it: "hint_cost=2"; "" for none.
std::string hint_policy(int cost);

// The rules with what was drawn for the attempt. Throws as score() does, also where they have a
// parameter of which the file knows nothing.
Rules drawn(journal::Reader& reader, std::uint32_t attempt, const Rules& written);

// `wanted`, if the file has it; else the last submitted attempt; else the last. Throws as score().
std::uint32_t choose_attempt(journal::Reader& reader, std::optional<std::uint32_t> wanted);

}  // namespace ride::scorer
