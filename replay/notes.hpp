// Turns the events that are no statements into notes, and leaves out those that say nothing new: an
// actor's state that it was in before, a probe's value that did not change.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "journal/event.hpp"
#include "replay/moment.hpp"

namespace ride::replay {

class Notes {
 public:
  // nullopt: nothing for a reader.
  std::optional<Note> note_of(const journal::Event& event);

 private:
  std::optional<Note> actor(const journal::Event& event);
  std::optional<Note> probe(const journal::Event& event);
  std::optional<Note> connection(const journal::Event& event);
  static std::optional<Note> submit(const journal::Event& event);
  static std::optional<Note> other(const journal::Event& event);

  // The last one that was told, of each session: by its actor's name and its pid.
  std::map<std::pair<std::string, std::uint64_t>, std::string> actor_states_;
  std::map<std::string, std::string> probe_values_;
  std::map<journal::ConnectionId, std::string> clients_;  // "oncall@app_db (psql)"
};

}  // namespace ride::replay
