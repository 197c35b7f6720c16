// What the threads of a sandbox tell whoever waits for something to happen (`-- @wait ended
// ACTOR`). The journal has the same facts, with more fields; these are plain values that own their
// text.
#pragma once

#include <cstdint>
#include <string>

namespace ride::sandbox {

// connected | running | waiting | idle | idle_in_transaction | failed | ended | reconnecting |
// stopped
struct ActorNote {
  std::string actor;
  std::string state;
  std::string sqlstate;
  int pid = 0;
};

// One line of the server's log, ride's own left out.
struct LogNote {
  int pid = 0;
  std::string user;
  std::string database;
  std::string application;
  std::string severity;
  std::string sqlstate;
  std::string message;
};

}  // namespace ride::sandbox
