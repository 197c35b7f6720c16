#include "cli/watch.hpp"

#include <algorithm>

namespace ride::cli {

void Watch::on_actor(const sandbox::ActorNote& note) {
  const std::lock_guard held(mutex_);
  if (note.state == "waiting")
    waiting_actors_[note.pid] = note.actor;
  else
    waiting_actors_.erase(note.pid);
  if (note.state == "connected" && actor_sessions_.size() < notes_max)
    actor_sessions_.push_back({note.actor, note.pid});
  if (note.state == "waiting") add(Awaited::waiting, note.actor);
  if (note.state == "ended") add(Awaited::ended, note.actor);
}

void Watch::on_log(const sandbox::LogNote& note) {
  // log_lock_waits: "process 4711 still waiting for ShareLock on transaction 740 after 200.123 ms"
  if (note.message.find(" still waiting for ") == std::string::npos) return;
  const std::lock_guard held(mutex_);
  add(Awaited::waiting, note.application);
  if (logged_waits_.size() < notes_max) ++logged_waits_[note.pid];
}

std::uint64_t Watch::cursor() const {
  const std::lock_guard held(mutex_);
  return first_ + notes_.size();
}

std::optional<std::uint64_t> Watch::find(Awaited what, const std::string& name,
                                         std::uint64_t since) const {
  const std::lock_guard held(mutex_);
  for (std::uint64_t at = since < first_ ? first_ : since; at < first_ + notes_.size(); ++at) {
    const Note& note = notes_[at - first_];
    if (note.what == what && note.name == name) return at + 1;
  }
  const bool waits = std::any_of(waiting_actors_.begin(), waiting_actors_.end(),
                                 [&name](const auto& session) { return session.second == name; });
  if (what == Awaited::waiting && waits) return first_ + notes_.size();
  return std::nullopt;
}

void Watch::clear() {
  const std::lock_guard held(mutex_);
  first_ += notes_.size();
  notes_.clear();
  waiting_actors_.clear();
  actor_sessions_.clear();
  logged_waits_.clear();
}

std::vector<Watch::ActorSession> Watch::actor_sessions() const {
  const std::lock_guard held(mutex_);
  return actor_sessions_;
}

std::map<int, std::size_t> Watch::logged_waits() const {
  const std::lock_guard held(mutex_);
  return logged_waits_;
}

void Watch::add(Awaited what, const std::string& name) {
  notes_.push_back({what, name});
  if (notes_.size() <= notes_max) return;
  notes_.pop_front();
  ++first_;
}

}  // namespace ride::cli
