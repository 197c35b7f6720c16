// Plays a script: one psql for each session that it names, fed through a pipe, all at once, so that
// a session that waits for a lock does not hold the others. Each psql's output is printed as it
// comes, behind the session's name where the script names any.
//
// Blocks until every psql has ended. Uses poll; no threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/script.hpp"

namespace ride::cli {

struct PlayOptions {
  std::string dsn;
  std::map<std::string, std::string> servers;  // connection strings of those beside the main one
  std::string psql = "psql";
  std::chrono::milliseconds wait_max{60'000};  // for each wait, and for the end of all sessions
};

// Where to ask for events: find() gives the cursor behind the first `waiting NAME` or `ended NAME`
// at or after a cursor, or nothing as long as there is none.
struct EventSource {
  std::function<std::uint64_t()> cursor;
  std::function<std::optional<std::uint64_t>(Awaited, const std::string&, std::uint64_t)> find;
};

struct Played {
  bool ok = true;
  std::vector<std::string> problems;  // one line each: a wait that never came, a psql that failed
};

// `events` may be empty where the script waits for `done` alone.
Played play(const std::vector<Step>& steps, const PlayOptions& options, const EventSource& events,
            std::ostream& out);

}  // namespace ride::cli
