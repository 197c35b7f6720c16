// docker/server-entry as a plain child process over this machine's PostgreSQL, in a temporary
// folder: what the server's service is in Compose. Ends with the object, its server too.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/child.hpp"
#include "tests/support/temporary_directory.hpp"

namespace ride::test {

class ServerEntry {
 public:
  // The shell to run it with. Returns once it can be asked.
  explicit ServerEntry(std::vector<std::string> shell = {"sh"});
  ~ServerEntry();

  std::filesystem::path shared() const { return folder_ / "shared"; }
  std::filesystem::path cluster() const { return folder_ / "data/cluster"; }
  // SIGTERM, as an engine stops a service; its exit status.
  int stop();
  // What the end of its container is by SIGKILL: no process of it is left.
  void kill();
  void start();
  pid_t pid() const { return child_->pid(); }  // of the shell
  bool runs_server() const { return server() > 0; }
  void signal_server(int number) const;

 private:
  pid_t server() const;

  TemporaryDirectory folder_;
  std::vector<std::string> shell_;
  std::unique_ptr<Child> child_;
};

}  // namespace ride::test
