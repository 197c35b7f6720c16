// One line of log_lock_waits as a value: a process waits for a lock, or got it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "journal/facts/timeline.hpp"

namespace ride::journal::facts {

struct WaitLine {
  std::int64_t pid = 0;
  std::string lock;            // "RowExclusiveLock"
  std::string object;          // "relation 16385 of database 16384", "transaction 771"
  std::uint32_t relation = 0;  // oid, where the object is one
  bool acquired = false;
  std::int64_t waited_us = 0;  // until this line, by the server's own measure
  // Who has the lock in any mode, also one that is not in the way; who waits, first come first.
  std::vector<std::int64_t> holders, queue;
};

// nullopt for other lines, and for lines that a session raised itself to look like one.
std::optional<WaitLine> read_wait_line(const LogLine& line);

}  // namespace ride::journal::facts
