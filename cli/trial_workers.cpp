#include "cli/trial_workers.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>

#include "base/json.hpp"
#include "cli/failure.hpp"

namespace ride::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr unsigned long kilobytes_each = 600'000;

// Whole lines that say "ok", as receive_answer() wants them, both ways.
json::object to_json(const Trying& trying) {
  return {{"ok", true},
          {"task", static_cast<int>(trying.task)},
          {"script", trying.script},
          {"springs", trying.springs},
          {"expect", trying.expect},
          {"seed", trying.seed}};
}

std::string text_of(const json::object& object, const char* key) {
  return std::string(object.at(key).as_string());
}

Trying trying_from(const json::object& line) {
  return {static_cast<Task>(line.at("task").to_number<int>()), text_of(line, "script"),
          text_of(line, "springs"), line.at("expect").to_number<int>(),
          line.at("seed").to_number<std::uint32_t>()};
}

json::object to_json(const Tried& tried) {
  return {{"ok", true},
          {"passed", tried.passed},
          {"why", tried.why},
          {"verdict", tried.verdict},
          {"start", tried.start}};
}

Tried tried_from(const json::object& line) {
  return {line.at("passed").as_bool(), text_of(line, "why"), text_of(line, "verdict"),
          text_of(line, "start")};
}

// A worker's whole life. An interrupt from the keyboard is its owner's to hear: the worker learns
// of it by the end of its socket, and takes down what it booted.
int work(const fs::path& scenario, const Home& home, const TrialOptions& options, int socket) {
  std::signal(SIGINT, SIG_IGN);
  std::signal(SIGTERM, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    allow_many_files();
    const auto lock = RunLock::try_take(home);
    Trial trial(scenario, home, options);
    while (true) send_line(socket, to_json(trial.run(trying_from(receive_answer(socket, {})))));
  } catch (const Vanished&) {
    return exit_worked;
  } catch (const std::exception& error) {
    send_line(socket, {{"error", error.what()}});
    return exit_failed;
  }
}

}  // namespace

TrialWorkers::TrialWorkers(const fs::path& scenario, const fs::path& homes, const fs::path& cache,
                           const TrialOptions& options, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    const Home home{homes / std::to_string(i)};
    create_home(home);
    fs::remove(home.cache());
    fs::create_directory_symlink(cache, home.cache());
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
      throw std::system_error(errno, std::generic_category(), "check: socketpair");
    Worker worker;
    worker.socket = Descriptor(ends[0]);
    Descriptor theirs(ends[1]);
    std::fflush(nullptr);  // or the child would print it again
    worker.pid = ::fork();
    if (worker.pid < 0) throw std::system_error(errno, std::generic_category(), "check: fork");
    if (worker.pid == 0) {
      worker.socket = Descriptor();
      workers_.clear();  // the others' sockets, which must end with their owner alone
      ::_exit(work(scenario, home, options, theirs.get()));
    }
    workers_.push_back(std::move(worker));
  }
}

TrialWorkers::~TrialWorkers() {
  for (auto& worker : workers_) worker.socket = Descriptor();
  for (auto& worker : workers_) ::waitpid(worker.pid, nullptr, 0);
}

void TrialWorkers::give(Worker& worker, std::size_t index, const Trying& trying) {
  worker.trying = index;
  worker.busy = true;
  worker.since = std::chrono::steady_clock::now();
  send_line(worker.socket.get(), to_json(trying));
}

void TrialWorkers::wait_for_one(const Done& done) {
  std::vector<pollfd> ready;
  for (const auto& worker : workers_)
    ready.push_back({worker.busy ? worker.socket.get() : -1, POLLIN, 0});
  ready.push_back({signals_.descriptor(), POLLIN, 0});
  if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR)
    throw std::system_error(errno, std::generic_category(), "check: poll");
  if (ready.back().revents != 0) throw Failure("interrupted; the check is not complete");
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    auto& worker = workers_[i];
    if (!worker.busy || ready[i].revents == 0) continue;
    Tried tried;
    try {
      tried = tried_from(receive_answer(worker.socket.get(), {}));
    } catch (const Vanished&) {
      throw Failure("a process that tried a script died; is there memory for so many? try -j 1");
    }
    worker.busy = false;
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - worker.since;
    done(worker.trying, tried, took.count());
  }
}

void TrialWorkers::run(const std::vector<Trying>& tryings, const Done& done) {
  std::size_t next = 0;
  const auto busy = [this] {
    return std::any_of(workers_.begin(), workers_.end(), [](const Worker& w) { return w.busy; });
  };
  if (!tryings.empty()) {
    give(workers_.front(), next++, tryings.front());
    while (busy()) wait_for_one(done);
  }
  while (true) {
    for (auto& worker : workers_)
      if (!worker.busy && next < tryings.size()) {
        give(worker, next, tryings[next]);
        ++next;
      }
    if (!busy()) return;
    wait_for_one(done);
  }
}

unsigned usual_workers() {
  const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
  std::ifstream in("/proc/meminfo");
  unsigned long kilobytes = 0;
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("MemAvailable:")) kilobytes = std::stoul(line.substr(13));
  if (kilobytes == 0) return processors;
  return static_cast<unsigned>(
      std::clamp<unsigned long>(kilobytes / kilobytes_each, 1, processors));
}

}  // namespace ride::cli
