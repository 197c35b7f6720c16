// Decides: (facts of an attempt, what is known about the attempt, rules) → verdict. A pure
// function; equal input gives equal output on every machine. It knows no scenario, opens no file
// (see score.hpp) and prints nothing (see card.hpp).
//
// What decides a rule, in this order:
//   detect  rows of `seen`: pass, unless all of them come after a gap of the record: then unknown
//   trap    rows of `sprung`: fail
//   both    else rows of `unknown`, an interruption or a gap: unknown
//           else: detect fails, the trap is clean (pass)
//   fix     unknown where the attempt was not submitted; else everything the check names must hold
// A bypass (gaps.kind) is a gap like any other: what was done there may have been anything.
// A rule whose result depends on which statement ended which session is unknown, where the record
// does not tell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scorer/rule_runner.hpp"
#include "scorer/rules.hpp"
#include "scorer/views.hpp"

namespace ride::scorer {

enum class Part : std::uint8_t { detect, fix, trap };
enum class Mark : std::uint8_t { pass, fail, unknown };

std::string to_string(Part part);
std::string to_string(Mark mark);

struct Points {
  int points = 0;
  int of = 0;
};

struct RuleVerdict {
  std::string id;
  std::string title;
  Part part = Part::detect;
  Mark mark = Mark::unknown;
  // Detect and fix: what was given, 0 unless passed. Traps: what was taken, below 0 where sprung
  // and where unknown (withheld), 0 where clean.
  Points points;
  std::string why;                 // one sentence, filled in
  std::vector<Evidence> evidence;  // sorted, each row once
};

// A box of the checklist. Unknown: nothing failed, but not everything is known to be passed.
struct BoxVerdict {
  std::string title;
  Mark mark = Mark::unknown;
};

// Why the evidence is incomplete: one for each kind of gap.
struct Incomplete {
  std::string kind;        // gaps.kind
  std::int64_t since = 0;  // number of the last statement before the first of them, 0: of none
  std::string why;         // a fixed sentence
};

struct Verdict {
  Points total;
  Points detect;
  Points fix;
  Points trap;
  std::string capped_by;            // id of the grave trap that lowered the total, or empty
  std::vector<RuleVerdict> checks;  // detect, fix, traps, each in the order of the rules
  std::vector<BoxVerdict> checklist;
  std::vector<Incomplete> incomplete;  // by `since`, then kind; an interruption is not among them
  int hints = 0;                       // different ones taken
  int hint_cost = 0;                   // points that each costs by the attempt's policy
  int hint_points = 0;                 // taken from the total for them, 0 or below
  std::uint32_t attempt = 0;
  bool interrupted = false;  // never submitted: what was not seen cannot be known
  std::string scenario;
  int scenario_version = 0;
  std::string scenario_hash;
};

// Numbers of the statements in the evidence, ascending, each once.
std::vector<std::int64_t> statements_of(const RuleVerdict& rule);

struct AttemptState {
  std::uint32_t number = 1;
  bool submitted = false;  // the record of its submit is complete
  // Whose fix checks were run at submit; null: those of the rules that grade. A check keeps its
  // recorded rows where what was run is the same, and is unknown where it is not.
  const Rules* ran = nullptr;
};

// Throws RuleError for faults of the scenario, std::runtime_error for facts that cannot be read.
Verdict grade(Vocabulary& vocabulary, const AttemptState& attempt, const Rules& rules,
              RuleLimits limits = {});

// The sentence with each {placeholder} replaced by the different values of the rows.
std::string fill(const std::string& sentence, const std::vector<Evidence>& rows);

}  // namespace ride::scorer
