// What a process that stays needs from the system: signals that ask it to end, as bytes to be
// polled for, and room for many open files.
#pragma once

#include "cli/control.hpp"

namespace ride::cli {

// Reports SIGTERM and SIGINT as readable bytes while it lives; one at a time in a process.
class Signals {
 public:
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int descriptor() const { return read_.get(); }
  // Waits for a signal, at most that long, and takes it. False: none came.
  bool take(int wait_ms) const;

 private:
  Descriptor read_;
  Descriptor write_;
};

// A crowd of clients must not keep the process from opening its own files.
void allow_many_files();

}  // namespace ride::cli
