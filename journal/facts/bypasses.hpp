// Sessions that went around the record: those that the server let in, by its own log, and that
// neither the proxy nor ride made. Names prove nothing (anybody can set application_name); what
// counts is the backend's pid, which the proxy reads on the wire and ride asks of its own sessions.
// A server of the sandbox that logs in to another one is told by its role, whose password it alone
// has.
//
// Nobody is accused of what the record leaves open. A connection of the proxy whose client vanished
// before the server's key passed has a backend and no pid: it excuses one session of its user and
// database that did nothing the log shows and was gone soon after it. So does a session of ride's
// own that failed on the way. After a hole nobody is accused: what explains a session may be in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "journal/facts/facts.hpp"
#include "journal/facts/timeline.hpp"

namespace ride::journal::facts {

struct Bypass {
  Seq seq = 0;                 // of the log line in which the server let it in
  std::int64_t read_us = 0;    // when ride read that line
  std::int64_t logged_us = 0;  // by the server's clock
  std::int64_t pid = 0;
  std::string user, database, application;
  bool only_admitted = false;  // the log says no more of it: it may yet be turned away
};

// What a connection still on its way in means for a session that it would explain: while the
// attempt goes on, that it cannot be judged yet; at its end, that one such session is excused.
enum class Record : std::uint8_t { goes_on, ended };

// By seq. Nothing where the record does not say which sessions are ride's own.
std::vector<Bypass> find_bypasses(const Timeline& timeline, Record record);

// "oncall in app_db, application psql, pid 4711"
std::string describe(const Bypass& bypass);

// A row of gaps for each. Expects statements.
void add_bypasses(const Timeline& timeline, Facts& out);

}  // namespace ride::journal::facts
