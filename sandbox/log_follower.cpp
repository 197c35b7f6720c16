#include "sandbox/log_follower.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/json.hpp"
#include "sandbox/cluster.hpp"
#include "sql/redact.hpp"

namespace ride::sandbox {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using std::chrono::milliseconds;

constexpr std::size_t recent_lines_max = 2'000;
constexpr std::size_t line_bytes_max = 8U << 20U;
constexpr int poll_ms = 250;  // inotify wakes us; this is for file systems that have none
constexpr std::string_view fence_mark = "ride: fence ";

std::string text_of(const json::object& line, const char* key) {
  const auto* value = line.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

// The lines about the login itself come before the server knows the session's application_name.
bool about_login(const LogNote& note) {
  return note.message.starts_with("connection authenticated: ") ||
         note.message.starts_with("connection authorized: ");
}

// Everybody's way into the server; see journal/facts/bypasses.hpp.
bool lets_in(const LogNote& note) {
  return note.message.starts_with("connection authorized: ") ||
         note.message.starts_with("replication connection authorized: ");
}

std::string for_people(const json::object& line, const LogNote& note, const std::string& server) {
  std::string out =
      text_of(line, "timestamp") + " " + server + "[" + std::to_string(note.pid) + "] ";
  if (!note.user.empty()) out += note.user + "@" + note.database + " ";
  if (!note.application.empty()) out += note.application + " ";
  out += note.severity + ": " + note.message;
  for (const char* key : {"detail", "hint", "statement"}) {
    if (const auto more = text_of(line, key); !more.empty())
      out += std::string("\n\t") + key + ": " + more;
  }
  return out;
}

}  // namespace

LogFollower::LogFollower(fs::path folder, std::string server, Recorder& recorder, OwnSessions& own,
                         std::function<void(const LogNote&)> on_line)
    : folder_(std::move(folder)),
      server_(std::move(server)),
      recorder_(recorder),
      own_(own),
      on_line_(std::move(on_line)) {}

LogFollower::~LogFollower() {
  stop();
  if (fd_ >= 0) ::close(fd_);
}

void LogFollower::start() {
  thread_ = std::thread([this] { follow(); });
}

void LogFollower::stop() noexcept {
  stop_.raise();
  if (thread_.joinable()) thread_.join();
}

void LogFollower::expect_fence(const std::string& nonce) {
  const std::lock_guard lock(mutex_);
  fences_[nonce] = false;
}

bool LogFollower::wait_for_fence(const std::string& nonce, milliseconds limit) {
  std::unique_lock lock(mutex_);
  const bool seen = changed_.wait_for(lock, limit, [&] { return fences_[nonce]; });
  fences_.erase(nonce);
  return seen;
}

void LogFollower::fence_seen(const std::string& nonce) {
  {
    const std::lock_guard lock(mutex_);
    const auto expected = fences_.find(nonce);
    if (expected == fences_.end() || expected->second) return;
  }
  begun_ = true;
  recorder_.fence(nonce);
  {
    const std::lock_guard lock(mutex_);
    fences_[nonce] = true;
  }
  changed_.notify_all();
}

std::vector<std::string> LogFollower::recent(std::size_t lines) const {
  const std::lock_guard lock(mutex_);
  const auto count = std::min(lines, recent_.size());
  return {recent_.end() - static_cast<std::ptrdiff_t>(count), recent_.end()};
}

void LogFollower::follow() {
  const int watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (watch >= 0) inotify_add_watch(watch, folder_.c_str(), IN_MODIFY | IN_CREATE | IN_MOVED_TO);
  while (!stop_.raised()) {
    while (read_more()) {
    }
    std::array<pollfd, 2> wanted{{{watch, POLLIN, 0}, {stop_.fd(), POLLIN, 0}}};
    poll(wanted.data(), wanted.size(), poll_ms);
    std::array<char, 4096> ignored;
    while (watch >= 0 && ::read(watch, ignored.data(), ignored.size()) > 0) {
    }
  }
  if (watch >= 0) ::close(watch);
}

// The collector names files by time, so names sort as they were begun. The next file is only opened
// when the present one was read to its end after the next one appeared: nothing is written to a
// file once its successor exists.
bool LogFollower::read_more() {
  const fs::path next = file_after(file_);
  if (fd_ < 0) {
    if (next.empty()) return false;
    fd_ = ::open(next.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) return false;
    file_ = next;
    return true;
  }
  std::array<char, 65536> chunk;
  const ssize_t got = ::read(fd_, chunk.data(), chunk.size());
  if (got > 0) {
    partial_.append(chunk.data(), static_cast<std::size_t>(got));
    take_lines();
    return true;
  }
  if (next.empty()) return false;
  ::close(fd_);
  fd_ = -1;
  return true;
}

fs::path LogFollower::file_after(const fs::path& current) const {
  fs::path best;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) {
    const auto& path = entry.path();
    if (path.extension() == ".json" && path > current && (best.empty() || path < best)) best = path;
  }
  return best;
}

void LogFollower::take_lines() {
  std::size_t from = 0;
  for (auto end = partial_.find('\n'); end != std::string::npos; end = partial_.find('\n', from)) {
    take_line(partial_.substr(from, end - from));
    from = end + 1;
  }
  partial_.erase(0, from);
  if (partial_.size() > line_bytes_max) partial_.clear();
}

void LogFollower::take_line(const std::string& said) {
  const auto redacted = sql::redact_log_line(said);
  const std::string& line = redacted ? redacted->text : said;
  const std::string taken_out = redacted ? redacted->summary() : "";
  boost::system::error_code error;
  const auto value = json::parse(line, error);
  if (error || !value.is_object()) return;  // a line cut by a crash of the server
  const auto& object = value.as_object();
  LogNote note{0,
               text_of(object, "user"),
               text_of(object, "dbname"),
               text_of(object, "application_name"),
               text_of(object, "error_severity"),
               text_of(object, "state_code"),
               text_of(object, "message")};
  if (const auto* pid = object.if_contains("pid"); pid != nullptr && pid->is_int64())
    note.pid = static_cast<int>(pid->as_int64());
  const bool own = is_own(note);
  if (begun_ && lets_in(note)) admitted_.insert(note.pid);
  if (note.message.starts_with("disconnection: ")) {
    admitted_.erase(note.pid);
    own_.gone(note.pid);
  }
  if (own) {
    if (note.message.starts_with(fence_mark)) fence_seen(note.message.substr(fence_mark.size()));
    if (begun_ && lets_in(note)) record(note, line, taken_out);
    return;
  }
  if (!begun_ || note.message.starts_with("connection received")) return;

  record(note, line, taken_out);
  if (!note.message.starts_with("ride: ")) {
    auto shown = for_people(object, note, server_);
    const std::lock_guard lock(mutex_);
    recent_.push_back(std::move(shown));
    if (recent_.size() > recent_lines_max) recent_.pop_front();
  }
  if (on_line_) on_line_(note);
}

// What ride's own superuser and checks do is no part of the incident. Their roles and their
// application's name alone do not tell them: a session that was let in after the first fence must
// be one that ride opened. What was let in before it is ride's start.
bool LogFollower::is_own(const LogNote& note) const {
  if (note.user != superuser_role && note.user != check_role) return false;
  if (about_login(note)) return true;
  return note.application == own_application &&
         (!admitted_.contains(note.pid) || own_.is_own(note.pid));
}

void LogFollower::record(const LogNote& note, const std::string& line,
                         const std::string& taken_out) {
  recorder_.log_line(note.pid, line, taken_out);
}

}  // namespace ride::sandbox
