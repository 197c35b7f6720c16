// Waits for what other processes and threads bring about. It looks again and again, so that a test
// takes as long as the matter takes, and fails after a limit that no healthy run comes near.
#pragma once

#include <chrono>
#include <thread>

namespace ride::test {

template <typename Condition>
bool eventually(Condition condition, std::chrono::seconds limit = std::chrono::seconds(30)) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace ride::test
