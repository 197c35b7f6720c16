// The sessions that somebody can have ended, actors' and learners', and when the record first says
// that they are gone.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "journal/facts/backends.hpp"
#include "journal/facts/timeline.hpp"
#include "sql/where.hpp"

namespace ride::journal::facts {

struct Victim {
  const ActorSession* session = nullptr;  // or, for a learner's:
  const Connection* connection = nullptr;
  std::int64_t pid = 0;
  Seq began = 0;
  Seq gone = 0;            // 0: alive to the end. The truth is a little earlier
  Seq ended_by_admin = 0;  // of 57P01, 0 if it did not die of that
  Number ended_us;         // the server's word for it, read before the actor noticed

  Text actor() const { return session == nullptr ? Text() : Text(session->actor); }
  const std::string& server() const {
    return session == nullptr ? connection->server : session->server;
  }
};

// Actors' sessions first, in the order of the timeline.
std::vector<Victim> find_victims(const Timeline& timeline, const Backends& backends);

// The row of pg_stat_activity that the record knows of the session when the statement ran.
sql::Session activity(const Victim& victim, const Stmt& stmt);

// Whether it was there when the statement ran: yes, no, or cannot_tell for a race.
sql::Truth was_there(const Victim& victim, const Stmt& stmt);

// Whether it went on working after the statement had ended, and so was not signalled by it.
bool worked_after(const Victim& victim, const Stmt& stmt);

}  // namespace ride::journal::facts
