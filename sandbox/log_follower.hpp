// Reads the server's jsonlog as it is written, in order, and records every line except those of
// ride's own sessions; of these it records that the server let them in, as of everybody's. Lines
// are redacted before they are recorded. A fence is a line that ride wrote itself: when it was
// read, everything the server logged before is in the record.
//
// One thread of its own. start() and stop() belong to the owner; the rest may be called from any
// thread; on_line is called from the follower's.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "sandbox/notes.hpp"
#include "sandbox/own_sessions.hpp"
#include "sandbox/recorder.hpp"
#include "sandbox/stop_signal.hpp"

namespace ride::sandbox {

class LogFollower {
 public:
  // `server` stands in each line that is shown; "" of the main one.
  LogFollower(std::filesystem::path folder, std::string server, Recorder& recorder,
              OwnSessions& own, std::function<void(const LogNote&)> on_line);
  ~LogFollower();
  LogFollower(const LogFollower&) = delete;
  LogFollower& operator=(const LogFollower&) = delete;

  void start();
  void stop() noexcept;
  const std::filesystem::path& folder() const { return folder_; }

  // Says that a line `ride: fence NONCE` of the superuser will come.
  void expect_fence(const std::string& nonce);
  // False where it was not read within `limit`.
  bool wait_for_fence(const std::string& nonce, std::chrono::milliseconds limit);

  // The last lines as an on-call person would see them: without ride's own, redacted.
  std::vector<std::string> recent(std::size_t lines) const;

 private:
  void follow();
  bool read_more();
  std::filesystem::path file_after(const std::filesystem::path& current) const;
  void take_lines();
  void take_line(const std::string& said);
  void fence_seen(const std::string& nonce);
  bool is_own(const LogNote& note) const;
  void record(const LogNote& note, const std::string& line, const std::string& taken_out);

  std::filesystem::path folder_;
  std::string server_;
  Recorder& recorder_;
  OwnSessions& own_;
  std::function<void(const LogNote&)> on_line_;
  StopSignal stop_;
  std::thread thread_;

  // The thread's own.
  std::filesystem::path file_;
  int fd_ = -1;
  std::string partial_;
  bool begun_ = false;      // the first fence was read
  std::set<int> admitted_;  // backends that the server let in since then

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, bool> fences_;  // expected → seen
  std::deque<std::string> recent_;
};

}  // namespace ride::sandbox
