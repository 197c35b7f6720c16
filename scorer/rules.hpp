// The grading half of a scenario: who it is, what counts and how much, and the sentences people
// read. sandbox/ fills these structs from scenario.yaml; a file carries them as canonical JSON in
// its run_began event, so that it can be graded where the scenario is not at hand. Nothing here
// knows YAML, runs SQL or knows any scenario in particular.
//
// Plain values: copy them freely, any thread. Strings that may be absent are empty when they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ride::scorer {

struct Weights {
  int detect = 40;
  int fix = 40;
  int trap = 20;
};

struct Brief {
  std::string alert;
  std::string impact;
  std::vector<std::string> done;
};

// What the learner should have looked at. Its SQL runs over the vocabulary (docs/vocabulary.md).
struct DetectItem {
  std::string id;
  std::string title;
  int points = 0;
  std::string seen;        // SQL; rows are the evidence
  std::string unknown;     // SQL or empty; rows make the item unknown where `seen` has none
  std::string why;         // fixed sentence when seen; may hold {placeholders}
  std::string missing;     // fixed sentence when not seen
  std::string nudge = {};  // for a hint while it is not seen, or empty
};

// What must hold in the end. At least one of sql, workload and facts is given; all given must hold.
struct FixCheck {
  std::string id;
  std::string title;
  int points = 0;
  std::string database;               // where `sql` runs
  std::vector<std::string> tables;    // "schema.name": must still be tables for `sql` to be trusted
  std::string sql;                    // PostgreSQL; one value, run at submit by sandbox/
  std::string expect;                 // that value as text
  std::vector<std::string> workload;  // actors whose operations must all have succeeded
  std::string facts;                  // SQL over the vocabulary that must return no row
  std::string why;                    // fixed sentence when it passes
  std::string missing;  // fixed sentence when it does not; may hold {placeholders} of `facts`
};

// A dangerous act. Its points are taken once, however often it was done.
struct Trap {
  std::string id;
  std::string title;
  int points = 0;
  bool grave = false;
  std::optional<int> cap;  // only with grave: the total is at most this once the trap is sprung
  std::string sprung;      // SQL; rows are the evidence
  std::string unknown;     // SQL or empty
  std::string why;         // fixed sentence when sprung; may hold {placeholders}
};

struct Postmortem {
  std::string cause;
  std::string seen;
  std::string fix;
  std::string worse;
  std::string lesson;
};

// A box of the checklist: ticked when every detect item, fix check and trap named is passed.
struct ChecklistBox {
  std::string title;
  std::vector<std::string> checks;
};

struct Rules {
  std::string id;  // "stage-12/02-release-fallout"
  int version = 1;
  std::string title;
  std::string topic;
  std::string level;
  std::string minutes;  // as written: "20-30"
  Weights weights;
  Brief brief;
  std::vector<DetectItem> detect;
  std::vector<FixCheck> fix;
  std::vector<Trap> traps;
  std::vector<std::string> hints;
  Postmortem postmortem;
  std::vector<ChecklistBox> checklist;
};

// Columns of a rule's rows that the verdict may show, and thus the names a sentence may hold in
// braces: {statement} {actor} {outcome} {sqlstate} {object}.
bool is_placeholder(std::string_view name);

// Something wrong with the rules. The loader of YAML adds file and line by section, id and key.
struct Problem {
  std::string section;  // "detect" | "fix" | "traps" | "checklist" | "weights" | "" (top level)
  std::string id;       // of the rule (or the title of the checklist box), empty where it has none
  std::string key;      // the key at fault, or empty for the whole entry
  std::string message;  // without the place: "must be above 0"
};

// Everything wrong that can be said without running SQL; empty means valid. For SQL see
// check_rule_sql() in rule_runner.hpp.
std::vector<Problem> validate(const Rules& rules);

// The canonical form: every key present (but `nudge` where it is empty), keys sorted, no white
// space. Equal rules, equal bytes.
std::string to_json(const Rules& rules);

// Throws std::runtime_error, one line, for text that to_json() of this version cannot have written.
Rules from_json(std::string_view text);

// SHA-256 of the canonical form, 64 lower-case hex digits: the scenario's hash on every card.
std::string hash(const Rules& rules);

}  // namespace ride::scorer
