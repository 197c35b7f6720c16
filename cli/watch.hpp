// What the script player waits for: which sessions began to wait for a lock, and which actors
// ended. The sandbox's threads report here; the supervisor's main thread asks. Waits are answered
// by what was reported after a cursor, so that an event that came before the question is not
// missed.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cli/script.hpp"
#include "sandbox/notes.hpp"

namespace ride::cli {

class Watch {
 public:
  static constexpr std::size_t notes_max = 100'000;  // the oldest are forgotten beyond that

  // Any thread.
  void on_actor(const sandbox::ActorNote& note);
  void on_log(const sandbox::LogNote& note);

  std::uint64_t cursor() const;

  // The cursor behind the first such event at or after `since`; nothing as long as there is none.
  // An actor that is waiting right now counts, whenever it began to.
  std::optional<std::uint64_t> find(Awaited what, const std::string& name,
                                    std::uint64_t since) const;

  // Those of sessions that actors opened, in the order in which they did; and of sessions whose
  // wait for a lock the server's log has reported, and how often.
  struct ActorSession {
    std::string actor;
    int pid = 0;
  };
  std::vector<ActorSession> actor_sessions() const;
  std::map<int, std::size_t> logged_waits() const;

  void clear();  // at reset: the actors are other ones

 private:
  struct Note {
    Awaited what;
    std::string name;
  };
  void add(Awaited what, const std::string& name);

  mutable std::mutex mutex_;
  std::deque<Note> notes_;
  std::uint64_t first_ = 0;                    // the cursor of notes_.front()
  std::map<int, std::string> waiting_actors_;  // by the session's pid
  std::vector<ActorSession> actor_sessions_;
  std::map<int, std::size_t> logged_waits_;
};

}  // namespace ride::cli
