// A child process of a test: started without a shell, fed through a pipe, its output captured. It
// dies with the test. Failures to start throw std::runtime_error.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace ride::test {

struct ChildOptions {
  std::vector<std::string> environment = {};  // "NAME=value", added to our own
  bool unprivileged = false;                  // as root: run as `postgres`, else as `nobody`
  std::string root = {};                      // chroot to it, and be its `postgres`
};

class Child {
 public:
  explicit Child(const std::vector<std::string>& argv, const ChildOptions& options = {});
  ~Child();  // SIGKILL, if it still runs
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  void write(const std::string& input) const;
  void close_input();
  void signal(int number) const;

  // Closes the input and waits. The exit status, or 128 + the signal. Throws after a minute.
  int wait();
  bool running();

  // Standard output and error together, all there is so far.
  std::string output() const;

 private:
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;  // a file without a name
  int status_ = -1;
};

struct Finished {
  int status = 0;
  std::string output;
};
Finished run(const std::vector<std::string>& argv, const std::string& input = "",
             const ChildOptions& options = {});

// The user that servers run as where the test is root: uid and gid, else our own. In a root of its
// own it is that root's `postgres`.
std::pair<uid_t, gid_t> unprivileged_user(const std::string& root = {});

}  // namespace ride::test
