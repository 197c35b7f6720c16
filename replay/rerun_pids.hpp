// Finds the pids that the requests of a record name, and whose they were when it was sent. Fed with
// what the record says of sessions and requests, in its order. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "journal/facts/wire.hpp"
#include "replay/rerun_plan.hpp"
#include "sql/session_pids.hpp"

namespace ride::replay {

// What of a connection has to be known for its next message.
struct PidSession {
  std::map<std::string, std::pair<std::string, std::string>> parsed;  // name: text, types
  std::map<std::string, std::vector<std::uint32_t>> prepared;         // by SQL: $n that are pids
};

class PidFinder {
 public:
  void actor_connected(const std::string& actor, std::int64_t pid);
  void learner_connected(journal::ConnectionId connection, std::int64_t pid);

  // Fills request.pids. Returns the pids that nobody had, as far as the record knows.
  std::vector<std::int64_t> find(Request& request, PidSession& session);

 private:
  void find_in_text(Request& request, PidSession& session);
  void add_executed(const sql::SessionPids& found, const PidSession& session, Request& request);
  void add_place(const sql::PidPlace& place, Request& request);
  void add_parameter(std::uint32_t parameter, const journal::facts::Value& value, Request& request);

  std::map<std::int64_t, PidOwner> owners_;  // by pid, now
  std::map<std::string, std::size_t> actor_sessions_;
  std::vector<std::int64_t> unknown_;
};

}  // namespace ride::replay
