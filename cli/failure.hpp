// A command could not do its work: the one line a person reads, which says what happened, where,
// and what to do next. Thrown anywhere under cli/ and turned into `ride: …` and an exit code in
// main.
#pragma once

#include <stdexcept>
#include <string>

namespace ride::cli {

enum Exit { exit_worked = 0, exit_failed = 1, exit_usage = 2 };

class Failure : public std::runtime_error {
 public:
  explicit Failure(const std::string& line, Exit code = exit_failed)
      : std::runtime_error(line), code_(code) {}
  Exit code() const { return code_; }

 private:
  Exit code_;
};

}  // namespace ride::cli
