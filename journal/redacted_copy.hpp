// What a file says of itself where something was taken out of it (audit/redact.hpp): by which
// policies, how much of each kind, and of which file it is a copy. Its last event says so, one for
// each time. Reads and writes the body alone, but for redactions_of().
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "journal/event.hpp"

namespace ride::journal {

class Reader;

// The kind of such an event, and the field that it alone has. They are no enumerators, for nobody
// who tells or derives what happened has to do with them: nothing did.
inline constexpr Kind redacted_copy_kind = static_cast<Kind>(82);
inline constexpr Field receipt_field = static_cast<Field>(95);  // text, "ride-receipt:1 …"

struct Redaction {
  std::string policies;                         // "results,values"; of a pattern the word alone
  std::map<std::string, std::uint64_t> counts;  // by kind: {"rows": 12, "literals": 40}
  std::string origin;                           // of the file that it is a copy of: "ride/8c1f…"
  Seq size = 0;                                 // the last event of that file
  std::string receipt;                          // of that file at its end; empty: it has no chain
  std::string version;                          // ride's
  std::int64_t at_us = 0;
  // For each attempt the columns of the vocabulary that are not what they were in that file:
  // "statements.text"; "saw.*" where there are more rows, or fewer.
  std::map<std::uint32_t, std::set<std::string>> touched;
  bool scenario_touched = false;  // its text in the file is not the one that was graded by
};

std::string to_body(const Redaction& redaction);
// Throws std::runtime_error where the body is damaged.
Redaction read_redaction(const Event& event);

// In the order in which they were made. Empty: a file as it was recorded.
std::vector<Redaction> redactions_of(Reader& reader);

// All of them together, for one attempt.
std::set<std::string> touched_in(Reader& reader, std::uint32_t attempt);

bool is_scenario_touched(Reader& reader);

// "rows 12 literals 40", for Field::redacted.
std::string counts_text(const std::map<std::string, std::uint64_t>& counts);

}  // namespace ride::journal
