// Turns what a sandbox observes at one of its servers into events of the record. Any thread may
// call. Where the journal's
// writer has failed, events are not recorded any more; failed() says so, and whoever owns the
// writer stops the attempt.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/clock.hpp"
#include "journal/event.hpp"

namespace ride::journal {
class SharedAppender;
}

namespace ride::sandbox {

struct ActorEvent {
  std::string_view actor;
  std::string_view state;
  std::uint64_t progress = 0;
  int pid = 0;
  std::int64_t started_us = 0;  // with "connected": backend_start
  std::string_view application;
  std::string_view user;
  std::string_view database;
  std::string_view sqlstate;
  std::string_view message;
};

struct CheckEvent {
  std::string_view id;
  std::string_view moment;  // "before" | "after"
  std::string_view state;   // "pass" | "fail" | "unreadable"
  std::string_view seen;
  std::string_view message;
};

struct WorkloadEvent {
  std::string_view actor;
  std::uint64_t done = 0;
  std::uint64_t asked = 0;
  std::string_view sqlstate;
  std::string_view message;
};

class Recorder {
 public:
  // `server`: its name; "" of the main one.
  Recorder(journal::SharedAppender& appender, const Clock& clock, std::string server = "")
      : appender_(appender), clock_(clock), server_(std::move(server)) {}

  // That there is another server, of which `kind`, and as whom it logs in to the main one.
  void other_server(std::string_view name, std::string_view kind, std::string_view role);

  void actor(const ActorEvent& event);
  void log_line(int pid, std::string_view json, std::string_view redacted);
  void fence(std::string_view nonce);
  // Of whichever server.
  void own_session_opening(std::uint64_t number, std::string_view server, std::string_view role,
                           std::string_view database, std::string_view application);
  void own_session_open(std::uint64_t number, int pid);
  void own_session_failed(std::uint64_t number);
  // `json` that is too large for one event is recorded as {"unreadable": "…"}.
  void snapshot(std::string_view moment, std::string_view database, std::string_view json);
  void check(const CheckEvent& event);
  void workload(const WorkloadEvent& event);
  void probe(std::string_view id, std::string_view value, std::string_view state);

  bool failed() const { return failed_.load(); }

 private:
  void append(journal::Kind kind, const std::string& body);

  journal::SharedAppender& appender_;
  const Clock& clock_;
  const std::string server_;
  std::atomic<bool> failed_{false};
};

}  // namespace ride::sandbox
