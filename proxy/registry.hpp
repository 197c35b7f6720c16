// Who is connected: one entry a session, written by the session's own thread, read by any. It
// answers status, tells the submit gate who is busy, and finds the session that a CancelRequest
// means.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "proxy/proxy.hpp"

namespace ride::proxy {

class Registry {
 public:
  // Shared by its session, which writes the atomics at every request, and by the registry, which
  // reads them for others.
  struct Entry {
    explicit Entry(journal::ConnectionId number) : connection(number) {}
    const journal::ConnectionId connection;
    std::atomic<bool> busy = false;
    std::atomic<journal::Seq> request = 0;  // the oldest unanswered, or 0
    std::atomic<std::uint32_t> pid = 0;
    std::atomic<const void*> journal = nullptr;  // in which one it is recorded; to be compared

   private:
    friend class Registry;
    std::string user_, database_, application_;  // guarded by Registry::mutex_
    std::string cancel_key_;
    bool admitted_ = false;
  };

  std::shared_ptr<Entry> add();  // with the next connection id; they count from 1
  void remove(const Entry& entry);

  void set_names(Entry& entry, Bytes user, Bytes database, Bytes application);
  void set_application(Entry& entry, Bytes application);

  // What BackendKeyData says. The key is kept in memory while the session lives, and goes nowhere.
  void set_backend_key(Entry& entry, std::uint32_t pid, Bytes key);

  struct Target {
    journal::ConnectionId connection = 0;
    journal::Seq request = 0;
    const void* journal = nullptr;  // that has the request
  };
  std::optional<Target> find_cancel_target(std::uint32_t pid, Bytes key) const;

  // From here on it counts as a session; false: there are `sessions_max` already.
  bool admit(Entry& entry, std::size_t sessions_max);
  std::size_t admitted() const;   // those that do
  std::size_t undecided() const;  // those that do not

  std::size_t size() const;
  std::vector<SessionInfo> all() const;   // by connection, ascending
  std::vector<SessionInfo> busy() const;  // those under way

 private:
  static SessionInfo describe(const Entry& entry);

  mutable std::mutex mutex_;
  journal::ConnectionId last_ = 0;
  std::map<journal::ConnectionId, std::shared_ptr<Entry>> entries_;
  std::size_t admitted_ = 0;  // of them
};

}  // namespace ride::proxy
