#include "tests/support/server_entry.hpp"

#include <signal.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "tests/support/eventually.hpp"

namespace ride::test {

namespace fs = std::filesystem;

ServerEntry::ServerEntry(std::vector<std::string> shell) : shell_(std::move(shell)) {
  const auto [uid, gid] = unprivileged_user();
  for (const auto& folder : {folder_.path(), shared(), folder_ / "data"}) {
    fs::create_directories(folder);
    if (chown(folder.c_str(), uid, gid) != 0)
      throw std::runtime_error("cannot give away " + folder.string());
  }
  // The sources may stand where only we can read, as under /root.
  fs::copy_file(RIDE_SERVER_ENTRY, folder_ / "server-entry");
  fs::permissions(folder_ / "server-entry", fs::perms(0755));
  start();
}

ServerEntry::~ServerEntry() { stop(); }

void ServerEntry::start() {
  auto argv = shell_;
  argv.push_back((folder_ / "server-entry").string());
  child_ = std::make_unique<Child>(
      argv, ChildOptions{.environment = {"RIDE_SERVER=" + shared().string(),
                                         "RIDE_DATA=" + (folder_ / "data").string()},
                         .unprivileged = true});
  const auto hello = shared() / "control/hello";
  if (!eventually([&] { return fs::exists(hello) || !child_->running(); }) || !fs::exists(hello))
    throw std::runtime_error("docker/server-entry does not come up: " + child_->output());
}

int ServerEntry::stop() {
  child_->signal(SIGTERM);
  return child_->wait();
}

void ServerEntry::kill() {
  child_->signal(SIGKILL);
  child_->wait();
  signal_server(SIGQUIT);
  eventually([this] { return !runs_server(); });
  fs::remove(shared() / "control/hello");
}

pid_t ServerEntry::server() const {
  std::ifstream in(cluster() / "postmaster.pid");
  pid_t pid = 0;
  if (!(in >> pid) || ::kill(pid, 0) != 0) return 0;
  return pid;
}

void ServerEntry::signal_server(int number) const {
  if (const pid_t pid = server(); pid > 0) ::kill(pid, number);
}

}  // namespace ride::test
