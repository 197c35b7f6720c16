// Which sessions of the sandbox's servers are ride's own: actors, checks, workload, fault,
// snapshots, control. Told by the backend's pid, never by name: anybody can set application_name.
// Each is in the record before it connects, so that whoever reads the server's log later knows that
// somebody of ride's was on the way (journal/facts/bypasses.hpp judges by that).
//
// Any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string_view>

namespace ride::sandbox {

class Recorder;

class OwnSessions {
 public:
  explicit OwnSessions(Recorder& recorder) : recorder_(recorder) {}

  // Before it connects. Returns its number, for one of the next two.
  std::uint64_t opening(std::string_view server, std::string_view role, std::string_view database,
                        std::string_view application);
  void open(std::uint64_t number, int pid);
  void failed(std::uint64_t number);

  bool is_own(int pid) const;
  // The server logged the end of a backend with this pid.
  void gone(int pid);

 private:
  Recorder& recorder_;
  mutable std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::set<int> pids_;
};

}  // namespace ride::sandbox
