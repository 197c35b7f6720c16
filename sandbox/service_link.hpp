// ride's side of the folder it shares with docker/server-entry, which runs PostgreSQL in a service
// of its own (that script's head describes the folder). Requests and answers are whole files, put
// in place by rename; each request has an id of its own, so that no stale answer is taken.
//
// The script holds a FIFO open for reading as long as it lives, so the kernel says at once when it
// is gone. The link holds a lock on the folder: one ride at a time. Used by one thread. Failures
// throw std::runtime_error with one line that says what to do.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "sandbox/process.hpp"
#include "sandbox/server.hpp"

namespace ride::sandbox {

// What the script says of itself. Paths are those it sees.
struct ServiceHello {
  std::string version;  // "17.2"
  Identity user;
  std::string shared;
  std::string cluster;  // the data directory
};

// Another ride has the folder.
class ServiceInUse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class ServiceLink {
 public:
  // Nothing where no script is alive. Throws ServiceInUse, or where one is and cannot be used.
  static std::optional<ServiceLink> find(const std::filesystem::path& folder);
  // Waits for one.
  static ServiceLink open(const std::filesystem::path& folder, std::chrono::milliseconds limit);

  ServiceLink(ServiceLink&& other) noexcept;
  ServiceLink& operator=(ServiceLink&&) = delete;
  ~ServiceLink();

  const ServiceHello& hello() const { return hello_; }
  // A fresh cluster in place of the last one, and a server on it that starts up.
  void start(const DataContents& contents, const std::vector<std::string>& arguments);
  // Ends the server and removes its cluster; nothing to do is not an error.
  void stop();
  bool alive() const;
  // The exit code of the server that was started last, once it has ended; a shell's, so 128 and
  // more tell a signal.
  std::optional<int> server_end() const;

 private:
  ServiceLink(std::filesystem::path folder, int lock, int life);
  std::filesystem::path control(const char* name) const { return folder_ / "control" / name; }
  std::optional<Identity> owner() const;
  bool greeted();
  void ring() const;
  void request(const std::string& action, const std::vector<std::string>& arguments,
               std::chrono::milliseconds limit);

  std::filesystem::path folder_;
  int lock_ = -1;
  int life_ = -1;
  ServiceHello hello_;
  std::string started_;  // the id of the last start
};

}  // namespace ride::sandbox
