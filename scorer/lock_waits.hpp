// What the server's log says of lock waits, put together: when each began and ended, who held the
// lock and who stood in front. Pure.
//
// The server logs a wait once it has lasted as long as deadlock_timeout; shorter ones are in no
// record. It says how long a wait lasted by its own measure, so that these times need no clock of
// ours; where on the clock a wait stands is known to a millisecond.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "journal/facts/facts.hpp"
#include "journal/facts/timeline.hpp"

namespace ride::scorer {

// Whose backend a pid was.
struct Party {
  std::int64_t pid = 0;
  std::string actor;            // or empty
  std::int64_t connection = 0;  // of the learner, or 0

  bool operator==(const Party&) const = default;
};

struct LockWait {
  Party waiter;
  std::optional<std::int64_t> statement;  // the learner's that waited
  std::string lock;                       // "RowExclusiveLock"
  std::string object;                     // "relation 16385 of database 16384"
  // "public.orders"; of a row's lock, where the server names the table, "orders"; or empty
  std::string relation;
  std::int64_t began_us = 0, ended_us = 0;
  std::int64_t seen_us = 0;    // when it was first reported
  bool end_known = false;      // false: ended_us is where the record ends
  bool acquired = false;       // it got the lock
  std::vector<Party> holders;  // in any mode, also one that is not in the way
  std::vector<Party> ahead;    // waited for the same, and came before; first come first
};

struct Sessions {
  const std::vector<journal::facts::ActorRow>& actors;
  const std::vector<journal::facts::ConnectionRow>& connections;

  // `backend_started_s` 0: not known.
  Party find(std::int64_t pid, std::int64_t at_us, std::int64_t backend_started_s = 0) const;
};

// When the server wrote the line.
std::int64_t time_of(const journal::facts::LogLine& line);

// `lines` by seq. Of `facts` it reads actors, connections and waits. A wait whose end is not told
// ends with its session, or at `until_us`.
std::vector<LockWait> lock_waits(const journal::facts::Facts& facts,
                                 const std::vector<journal::facts::LogLine>& lines,
                                 std::int64_t until_us);

}  // namespace ride::scorer
