// Processes that try one scenario's scripts side by side: PostgreSQL is the child of the thread
// that started it, so each attempt under way has a process of its own, with a RIDE_HOME of its own
// and the caller's templates. A worker takes the next trying when it is done with one; it ends when
// its owner does, and what it booted with it.
//
// The owner's process must have no other thread while this is constructed (it forks).
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <vector>

#include "cli/control.hpp"
#include "cli/signals.hpp"
#include "cli/trial.hpp"

namespace ride::cli {

class TrialWorkers {
 public:
  TrialWorkers(const std::filesystem::path& scenario, const std::filesystem::path& homes,
               const std::filesystem::path& cache, const TrialOptions& options, unsigned count);
  ~TrialWorkers();  // ends them and waits
  TrialWorkers(const TrialWorkers&) = delete;
  TrialWorkers& operator=(const TrialWorkers&) = delete;

  using Done = std::function<void(std::size_t index, const Tried&, double seconds)>;

  // Returns when all are tried, and throws Failure when the process is asked to end (an interrupt
  // from the keyboard): destroying this then takes down what is still up. `done` is called in the
  // order in which they end. The first alone, so that the others find its template.
  void run(const std::vector<Trying>& tryings, const Done& done);

 private:
  struct Worker {
    pid_t pid = -1;
    Descriptor socket;
    std::size_t trying = 0;
    bool busy = false;
    std::chrono::steady_clock::time_point since;
  };

  void give(Worker& worker, std::size_t index, const Trying& trying);
  void wait_for_one(const Done& done);

  const Signals signals_;
  std::vector<Worker> workers_;
};

// As many attempts as this machine does well: its processors, and 600 MB of free memory for each.
unsigned usual_workers();

}  // namespace ride::cli
