// What a process that stays needs from the system: signals that ask it to end, or for something
// else, as bytes to be polled for, and room for many open files.
#pragma once

#include <csignal>
#include <initializer_list>

#include "cli/control.hpp"

namespace ride::cli {

// Reports SIGTERM and SIGINT, and those that it is told of, as readable bytes while it lives; one
// at a time in a process. However many come, none that asks for the end is lost; of the others,
// those that came before anybody looked count once.
class Signals {
 public:
  explicit Signals(std::initializer_list<int> others = {});
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int descriptor() const { return read_.get(); }
  // Waits for a signal, at most that long, and takes it: its number, or 0 where none came. One that
  // asks for the end comes before all others.
  int next(int wait_ms) const;

 private:
  Descriptor read_;
  Descriptor write_;
};

constexpr bool asks_for_the_end(int signal) { return signal == SIGTERM || signal == SIGINT; }

// A crowd of clients must not keep the process from opening its own files.
void allow_many_files();

}  // namespace ride::cli
