// A program on a pseudo-terminal of its own, driven by keys, with the screen it draws. Dies with
// the object. One thread.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/screen.hpp"

namespace ride::test {

class TerminalProgram {
 public:
  TerminalProgram(const std::vector<std::string>& argv, std::size_t rows, std::size_t columns,
                  const std::string& terminal = "xterm-256color");
  ~TerminalProgram();
  TerminalProgram(const TerminalProgram&) = delete;
  TerminalProgram& operator=(const TerminalProgram&) = delete;

  void type(std::string_view keys) const;
  void resize(std::size_t rows, std::size_t columns);
  void hang_up();  // the terminal is gone
  // Reads until the screen shows the text; false after 20 seconds, or when the program ends first.
  bool until(std::string_view text);
  bool until_gone(std::string_view text);
  const VirtualScreen& screen() const { return screen_; }
  // All that was ever sent.
  const std::string& sent() const { return sent_; }

  // Reads to the end and waits: the exit status, or 128 + the signal.
  int wait();

 private:
  template <class Done>
  bool read_until(Done&& done);

  VirtualScreen screen_;
  std::string sent_;
  pid_t pid_ = -1;
  int terminal_ = -1;
  bool gone_ = false;  // the program closed its side
};

}  // namespace ride::test
