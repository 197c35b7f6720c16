// What an attempt cost the application: how long each actor waited for locks, how much of it the
// learner's statements caused, and the errors that its sessions met. Information for people; a
// grade never depends on it. Pure but for read_harm(), which reads the attempt's file; the same
// file gives the same harm.
//
// A statement caused an actor's wait
//   while it held a lock that is in the way of what the actor waits for: from the first statement
//   of the transaction that took one until the transaction's end;
//   while it waited itself, in front of the actor, for a lock that is in the way of the actor's (an
//   ALTER TABLE behind somebody's lock stops those who come after it);
//   while it did either to a session that held up the actor in turn.
// Not counted is what a session that is not the learner's is known to have caused anyway: it holds
// the lock, and some recorded wait shows that it alone was in the way of such a request.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "journal/facts/facts.hpp"
#include "journal/facts/timeline.hpp"

namespace ride::journal {
class Reader;
}

namespace ride::scorer {

class Vocabulary;

// An actor that one statement kept waiting, all its waits together.
struct HeldUp {
  std::int64_t statement = 0;  // n
  std::string actor;
  std::int64_t blocked_us = 0;
  std::int64_t behind_us = 0;          // of these: while the statement waited for a lock itself
  bool at_least = false;               // a wait's end is not in the record
  std::vector<std::string> relations;  // what the actor waited for, as far as it is a table
};

struct ErrorCount {
  std::string sqlstate;
  std::int64_t count = 0;
};

// An actor that waited for anybody, or met an error.
struct ActorHarm {
  std::string actor;
  std::int64_t blocked_us = 0;     // all its sessions, whoever was in the way
  std::int64_t by_learner_us = 0;  // of these: caused by the learner's statements, each moment once
  bool at_least = false;
  std::vector<ErrorCount> errors;  // ERROR and FATAL lines of the server's log, by SQLSTATE
};

// Above so many waits nobody is blamed: what each has to do with each takes time with their square.
inline constexpr std::size_t waits_blamed_max = 5'000;

struct Harm {
  std::vector<HeldUp> statements;  // by statement, then actor
  std::vector<ActorHarm> actors;   // by name
  std::string trouble;             // why it is not all known, or empty

  std::int64_t blocked_us() const;
  std::int64_t by_learner_us() const;
  std::int64_t errors() const;
  bool at_least() const;
};

// Of `facts` it reads statements, reads, writes, ddl, waits, actors and connections. What counts
// ends at `until_us`.
Harm harm_of(const journal::facts::Facts& facts, const std::vector<journal::facts::LogLine>& lines,
             std::int64_t until_us);

// Until the submit began, else until the last event. What cannot be read is told in `trouble`: a
// card is no worse for it.
Harm read_harm(journal::Reader& reader, const Vocabulary& vocabulary, std::uint32_t attempt);

// "kept app_writer waiting 2.3 s (1.9 s of it while it waited itself)"
std::string sentence_of(const HeldUp& row);
// "waited 12.3 s for locks, 2.3 s of it for the learner's statements; errors: 57P01 (2)"
std::string sentence_of(const ActorHarm& row);

}  // namespace ride::scorer
