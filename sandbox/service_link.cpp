#include "sandbox/service_link.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <map>
#include <sstream>
#include <system_error>
#include <thread>
#include <utility>

#include "sandbox/files.hpp"

namespace ride::sandbox {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr const char* protocol = "2";
constexpr milliseconds poll_interval{5};
constexpr milliseconds start_limit{60'000};
constexpr milliseconds stop_limit{15'000};
constexpr std::size_t message_bytes_max = 4096;

[[noreturn]] void refuse(const fs::path& folder) {
  throw std::runtime_error("user " + std::to_string(geteuid()) + " may not use " + folder.string() +
                           ": run both services as the same user");
}

// Nothing where there is no such file.
std::optional<std::vector<std::string>> lines_of(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(fs::symlink_status(file, error))) return std::nullopt;
  std::istringstream in(read_file(file, message_bytes_max));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(std::move(line));
  return lines;
}

// Opening for writing fails with ENXIO where nobody reads.
int open_fifo(const fs::path& file) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
  struct stat found {};
  if (fd < 0 || (fstat(fd, &found) == 0 && S_ISFIFO(found.st_mode))) return fd;
  ::close(fd);
  errno = ENXIO;
  return -1;
}

}  // namespace

ServiceLink::ServiceLink(fs::path folder, int lock, int life)
    : folder_(std::move(folder)), lock_(lock), life_(life) {}

ServiceLink::ServiceLink(ServiceLink&& other) noexcept
    : folder_(std::move(other.folder_)),
      lock_(std::exchange(other.lock_, -1)),
      life_(std::exchange(other.life_, -1)),
      hello_(std::move(other.hello_)),
      started_(std::move(other.started_)) {}

ServiceLink::~ServiceLink() {
  if (life_ >= 0) ::close(life_);
  if (lock_ >= 0) ::close(lock_);
}

std::optional<ServiceLink> ServiceLink::find(const fs::path& folder) {
  const auto place = folder / "control";
  const int lock = ::open(place.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock < 0 && (errno == EACCES || errno == EPERM)) refuse(folder);
  if (lock < 0) return std::nullopt;
  ServiceLink link(folder, lock, open_fifo(place / "life"));
  if (link.life_ < 0 && errno == EACCES) refuse(folder);
  if (link.life_ < 0 || !link.greeted()) return std::nullopt;
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0)
    throw ServiceInUse("another ride uses the server behind " + folder.string() +
                       ": end its run first, with `ride postgres stop`");
  return link;
}

ServiceLink ServiceLink::open(const fs::path& folder, milliseconds limit) {
  const auto until = SteadyClock::now() + limit;
  while (true) {
    if (auto link = find(folder)) return std::move(*link);
    if (SteadyClock::now() >= until)
      throw std::runtime_error("no server answers behind " + folder.string() +
                               ": start the service that runs docker/server-entry (docker compose "
                               "up -d server), or set RIDE_SERVER to the folder it shares");
    std::this_thread::sleep_for(poll_interval);
  }
}

bool ServiceLink::greeted() {
  const auto lines = lines_of(control("hello"));
  if (!lines) return false;
  std::map<std::string, std::string> said;
  for (const auto& line : *lines) {
    const auto space = line.find(' ');
    if (space != std::string::npos) said[line.substr(0, space)] = line.substr(space + 1);
  }
  if (said["protocol"] != protocol)
    throw std::runtime_error("the script behind " + folder_.string() + " speaks protocol \"" +
                             said["protocol"] + "\", this ride " + protocol +
                             ": run docker/server-entry of the same version");
  hello_.version = version_in(said["version"]);
  hello_.user = {static_cast<uid_t>(std::strtoul(said["uid"].c_str(), nullptr, 10)),
                 static_cast<gid_t>(std::strtoul(said["gid"].c_str(), nullptr, 10))};
  hello_.shared = said["shared"];
  hello_.cluster = said["cluster"];
  if (geteuid() != 0 && geteuid() != hello_.user.uid)
    throw std::runtime_error("the server behind " + folder_.string() + " runs as user " +
                             std::to_string(hello_.user.uid) + " and ride as " +
                             std::to_string(geteuid()) + ": run both services as the same user");
  return true;
}

std::optional<Identity> ServiceLink::owner() const {
  if (geteuid() == hello_.user.uid) return std::nullopt;
  return hello_.user;
}

bool ServiceLink::alive() const {
  pollfd state{life_, POLLOUT, 0};
  return ::poll(&state, 1, 0) >= 0 && (state.revents & (POLLERR | POLLHUP)) == 0;
}

// Held open no longer than that: who waits for a ring ends when nobody has the bell open for
// writing. Whether anybody lives is asked of the other FIFO.
void ServiceLink::ring() const {
  const int bell = open_fifo(control("bell"));
  if (bell < 0) return;
  [[maybe_unused]] const auto rung = ::write(bell, "\n", 1);
  ::close(bell);
}

void ServiceLink::request(const std::string& action, const std::vector<std::string>& arguments,
                          milliseconds limit) {
  const auto id = random_hex(8);
  if (action == "start") started_ = id;
  std::string text = id + "\n" + action + "\n";
  for (const auto& argument : arguments) text += argument + "\n";
  write_private_file(control("request.new"), text, owner());
  fs::rename(control("request.new"), control("request"));
  ring();
  const auto until = SteadyClock::now() + limit;
  while (true) {
    const auto answer = lines_of(control("answer"));
    if (answer && answer->size() >= 2 && answer->front() == id) {
      if ((*answer)[1] == "ok") return;
      throw std::runtime_error("the server behind " + folder_.string() + ": " + (*answer)[1]);
    }
    if (!alive())
      throw std::runtime_error("the server service behind " + folder_.string() +
                               " ended: start it again (docker compose up -d server)");
    if (SteadyClock::now() >= until)
      throw std::runtime_error("the server behind " + folder_.string() + " does not answer: " +
                               "see what its service says (docker compose logs server)");
    std::this_thread::sleep_for(poll_interval);
  }
}

void ServiceLink::start(const DataContents& contents, const std::vector<std::string>& arguments) {
  struct Password {  // is there no longer than the request
    fs::path file;
    ~Password() {
      std::error_code ignored;
      fs::remove(file, ignored);
    }
  } const password{control("password")};
  write_private_file(password.file, contents.password.reveal() + "\n", owner());
  write_private_file(control("postgresql.conf"), contents.configuration, owner());
  write_private_file(control("pg_hba.conf"), contents.authentication, owner());
  request("start", arguments, start_limit);
}

void ServiceLink::stop() { request("stop", {}, stop_limit); }

std::optional<int> ServiceLink::server_end() const {
  const auto lines = lines_of(control("ended"));
  if (!lines || lines->size() < 2 || lines->front() != started_) return std::nullopt;
  return std::atoi((*lines)[1].c_str());
}

}  // namespace ride::sandbox
