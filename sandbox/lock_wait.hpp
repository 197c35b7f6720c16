// A session that waits for a lock right now, and who holds it or is before it in the queue.
#pragma once

#include <vector>

namespace ride::sandbox {

struct LockWait {
  int pid = 0;
  std::vector<int> blockers;
};

}  // namespace ride::sandbox
