// What a playback consists of: the moments of an attempt, as values for printing. Text in them is
// as it was recorded; whoever prints makes it harmless (scorer/text.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "journal/event.hpp"

namespace ride::replay {

// A learner's statement arrives.
struct StatementBegan {
  std::int64_t n = 0;  // 0: after submit, where statements have no number
  std::string database;
  std::string role;
  std::string text;
  std::vector<std::optional<std::string>> parameters;  // of the extended protocol
  char transaction = 'I';                              // before it: I, T or E
  bool tool = false;                                   // a client's own catalog query
};

struct Column {
  std::string label;
  bool right = false;  // numbers stand to the right
};

struct ServerError {
  std::string severity;
  std::string sqlstate;
  std::string message;
  std::string detail;
  std::string hint;
};

// Where the time of a statement went, microseconds; see journal/facts/times.hpp.
struct TimeSpent {
  std::int64_t think = 0, queued = 0, server = 0, transfer = 0;
};

// Its answer. Of several answers to one statement (a portal fetched in parts) each is a moment.
struct StatementEnded {
  std::int64_t n = 0;
  std::string tag;      // command tag; empty where there was none
  std::string outcome;  // committed | rolled back | failed | skipped | unknown
  std::vector<Column> columns;
  std::vector<std::vector<std::optional<std::string>>> rows;  // nullopt: NULL
  std::int64_t rows_counted = 0;                              // with those that were not kept
  std::string copied;                                         // COPY data, as much as was kept
  std::int64_t omitted_bytes = 0;
  std::optional<ServerError> error;
  std::vector<std::string> notices;
  std::optional<std::int64_t> took_us;
  std::optional<TimeSpent> spent;  // of the whole statement; absent where it was not answered
  char transaction = 'I';          // after it
  bool answered = true;            // false: skipped, or no answer stands in the record
  bool suspended = false;          // a portal's Execute stopped at its limit; more may be fetched
  bool tool = false;
};

enum class Weight : std::uint8_t { plain, good, bad };

// Anything else: what an actor did, a hint, a check …
struct Note {
  std::string kind;  // actor | connection | notice | cancel | hint | probe | log | submit | check |
                     // workload | gap | attempt | evidence | trap | harm | comment
  std::string subject;  // the actor, check, probe or rule, a comment's author; else empty
  std::string text;     // "ended: 57P01 terminating connection …"
  Weight weight = Weight::plain;
  std::int64_t n = 0;  // the statement that it is about, where it is about one
  std::optional<std::int64_t> blocked_us = {};  // of harm
};

struct Moment {
  journal::Seq seq = 0;
  std::int64_t at_us = 0;
  std::int64_t since_us = 0;  // from the beginning of the attempt
  journal::ConnectionId connection = 0;
  std::variant<StatementBegan, StatementEnded, Note> what;
};

}  // namespace ride::replay
