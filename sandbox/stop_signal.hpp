// A descriptor that turns readable once and stays so: wakes whatever waits on it.
#pragma once

#include <atomic>
#include <chrono>

namespace ride::sandbox {

class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  void raise() noexcept;
  bool raised() const { return raised_.load(); }
  int fd() const { return fd_; }
  // False when it was raised meanwhile.
  bool sleep(std::chrono::milliseconds time) const;

 private:
  int fd_ = -1;
  std::atomic<bool> raised_{false};
};

}  // namespace ride::sandbox
