#include "proxy/registry.hpp"

#include <algorithm>

namespace ride::proxy {

std::shared_ptr<Registry::Entry> Registry::add() {
  const std::lock_guard lock(mutex_);
  auto entry = std::make_shared<Entry>(++last_);
  entries_.emplace(entry->connection, entry);
  return entry;
}

void Registry::remove(const Entry& entry) {
  const std::lock_guard lock(mutex_);
  if (entries_.erase(entry.connection) == 1 && entry.admitted_) --admitted_;
}

bool Registry::admit(Entry& entry, std::size_t sessions_max) {
  const std::lock_guard lock(mutex_);
  if (admitted_ >= sessions_max) return false;
  entry.admitted_ = true;
  ++admitted_;
  return true;
}

std::size_t Registry::admitted() const {
  const std::lock_guard lock(mutex_);
  return admitted_;
}

std::size_t Registry::undecided() const {
  const std::lock_guard lock(mutex_);
  return entries_.size() - admitted_;
}

std::size_t Registry::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

void Registry::set_names(Entry& entry, Bytes user, Bytes database, Bytes application) {
  const std::lock_guard lock(mutex_);
  entry.user_ = user;
  entry.database_ = database;
  entry.application_ = application;
}

void Registry::set_application(Entry& entry, Bytes application) {
  const std::lock_guard lock(mutex_);
  entry.application_ = application;
}

void Registry::set_backend_key(Entry& entry, std::uint32_t pid, Bytes key) {
  const std::lock_guard lock(mutex_);
  entry.pid = pid;
  entry.cancel_key_ = key;
}

std::optional<Registry::Target> Registry::find_cancel_target(std::uint32_t pid, Bytes key) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [connection, entry] : entries_) {
    if (entry->pid != pid || key.empty() || entry->cancel_key_ != key) continue;
    const void* where = entry->journal;
    const journal::Seq request = entry->request;
    return Target{connection, entry->journal == where ? request : 0, where};
  }
  return std::nullopt;
}

SessionInfo Registry::describe(const Entry& entry) {
  return {.connection = entry.connection,
          .pid = entry.pid,
          .user = entry.user_,
          .database = entry.database_,
          .application = entry.application_,
          .busy = entry.busy,
          .request = entry.request};
}

std::vector<SessionInfo> Registry::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<SessionInfo> result;
  for (const auto& [connection, entry] : entries_) result.push_back(describe(*entry));
  return result;
}

std::vector<SessionInfo> Registry::busy() const {
  auto result = all();
  std::erase_if(result, [](const SessionInfo& session) { return !session.busy; });
  return result;
}

}  // namespace ride::proxy
