// Whose backend a pid was: joins pids of a server's log and of results to learners' connections
// and actors' sessions. Pids are used again, and each server has its own, so a pid alone is never
// enough: a log line carries the second in which its backend began, and the order of events does
// the rest.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "journal/facts/statements.hpp"
#include "journal/facts/timeline.hpp"

namespace ride::journal::facts {

// The server logs a statement's text as it was sent, here compared without white space at the end.
bool same_text(std::string_view sent, std::string_view logged);

class Backends {
 public:
  Backends(const Timeline& timeline, const std::vector<Stmt*>& statements);

  const Connection* connection_of(const LogLine& line) const;
  const ActorSession* session_of(const LogLine& line) const;
  // The session that had the pid when the statement ran, and had not died before it began.
  const ActorSession* session_at(std::int64_t pid, const Stmt& stmt) const;
  const Connection* connection_at(std::int64_t pid, const Stmt& stmt) const;
  // The latest statement of the line's backend that the line can be about: with the line's text and
  // sent before the line was read. Null where there is none.
  const Stmt* statement_of(const LogLine& line) const;
  // Statements of a connection in the server's order, which is also that of their n.
  const std::vector<const Stmt*>& statements_of(std::int64_t connection) const;

 private:
  const Timeline& timeline_;
  std::map<std::int64_t, std::vector<const Stmt*>> by_connection_;
  std::vector<const Stmt*> none_;
};

}  // namespace ride::journal::facts
