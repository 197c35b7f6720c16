#include "cli/rerun.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>

#include "cli/failure.hpp"
#include "replay/rerun_compare.hpp"

namespace ride::cli {
namespace {

using replay::Outcome;
using replay::Request;
using replay::RerunPlan;
using replay::Step;
using What = Step::What;
using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr milliseconds return_wait_max{30'000};  // beyond the time that it took as recorded
constexpr milliseconds goodbye_wait_max{2'000};  // for the server to let go of a session
// How long an answer may take before anybody asks why, and then how often, in growing steps.
constexpr milliseconds look_first{3};
constexpr milliseconds look_pause_max{100};
constexpr int poll_ms_max = 20;

// What keeps the rest from being carried out.
class Stopped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Walk {
 public:
  Walk(const RerunPlan& plan, RerunServer& server, const RerunOptions& options)
      : plan_(plan), server_(server), options_(options), done_(plan.steps.size()) {}

  RerunReport run() {
    began_ = Clock::now();
    try {
      for (at_ = 0; at_ < plan_.steps.size(); ++at_)
        if (!done_[at_]) take(plan_.steps[at_]);
    } catch (const Stopped& why) {
      report_.stopped = why.what();
    }
    close_all();
    report_.took_us = since(first_sent_, last_ended_);
    report_.recorded_us = last_ended_us_ - first_sent_us_;
    return std::move(report_);
  }

 private:
  static std::int64_t since(Clock::time_point from, Clock::time_point to) {
    return std::chrono::duration_cast<microseconds>(to - from).count();
  }

  RerunSession* session(journal::ConnectionId connection) {
    const auto found = sessions_.find(connection);
    return found == sessions_.end() ? nullptr : found->second.get();
  }

  void take(const Step& step) {
    switch (step.what) {
      case What::open:
        keep_pace(step);
        open(step);
        break;
      case What::refuse:
        keep_pace(step);
        be_refused(step);
        break;
      case What::send:
        keep_pace(step);
        send(step);
        break;
      case What::ended:
        ended(step);
        break;
      case What::ready:
        await(step, "", [&](RerunSession& session) { return session.settled(step.request); });
        break;
      case What::waiting:
        waiting(step);
        break;
      case What::lost:
        await(step, "the end of connection " + std::to_string(step.connection),
              [](RerunSession& session) { return session.gone(); });
        break;
      case What::leave:
      case What::vanish:
        keep_pace(step);
        close(step);
        break;
      case What::cancel:
        if (auto* one = session(step.connection)) one->cancel();
        break;
      case What::hint:
      case What::log:
      case What::status:
        keep_pace(step);
        server_.ask(step.what);
        break;
    }
  }

  void keep_pace(const Step& step) {
    if (!options_.speed) return;
    if (began_us_ == 0) began_us_ = step.at_us;
    const auto due = began_ + microseconds(static_cast<std::int64_t>(
                                  static_cast<double>(step.at_us - began_us_) / *options_.speed));
    while (Clock::now() < due)
      pump(static_cast<int>(std::min<std::int64_t>(since(Clock::now(), due) / 1'000 + 1, 1'000)));
  }

  void open(const Step& step) {
    const auto& connection = plan_.connections.at(step.connection);
    try {
      sessions_[step.connection] = std::make_unique<RerunSession>(server_.login(connection));
    } catch (const LoginRefused& refused) {
      throw Stopped("connection " + std::to_string(step.connection) +
                    " was let in as recorded, and is not now: " + refused.what());
    }
    pids_[step.connection] = sessions_[step.connection]->pid();
  }

  void be_refused(const Step& step) {
    try {
      const RerunSession let_in(server_.login(plan_.connections.at(step.connection)));
      report_.differences.push_back({0, "connection " + std::to_string(step.connection) +
                                            " was turned away as recorded, and is let in now"});
    } catch (const LoginRefused&) {
    }
  }

  void send(const Step& step) {
    auto* one = session(step.connection);
    if (one == nullptr) return;
    const auto& request = plan_.requests.at(step.request);
    if (first_sent_us_ == 0) {
      first_sent_us_ = step.at_us;
      first_sent_ = Clock::now();
    }
    one->send(request, pids_for(request));
  }

  std::vector<std::int64_t> pids_for(const Request& request) {
    std::vector<std::int64_t> out;
    for (const auto& use : request.pids) {
      const auto& owner = use.owner;
      std::optional<int> pid;
      if (owner.connection > 0) {
        pid = pids_.at(owner.connection);
      } else {
        const auto until = Clock::now() + return_wait_max;
        while (!(pid = server_.actor_session(owner.actor, owner.session)) && Clock::now() < until)
          pump(poll_ms_max);
      }
      if (!pid)
        throw Stopped("#" + std::to_string(request.n_first) + " names session " +
                      std::to_string(owner.session) + " of " + owner.actor +
                      ", which did not come within " + seconds(return_wait_max));
      out.push_back(*pid);
    }
    return out;
  }

  static std::string seconds(milliseconds time) {
    return std::to_string(time.count() / 1'000) + " s";
  }

  void ended(const Step& step) {
    await(step, "", [&](RerunSession& session) {
      return session.has_ended(step.request, step.ordinal) || session.settled(step.request);
    });
    auto* one = session(step.connection);
    if (one == nullptr) return;
    last_ended_ = Clock::now();
    last_ended_us_ = step.at_us;
    auto now = one->take(step.request, step.ordinal);
    if (!now) {
      now = Outcome();
      now->how = one->gone() ? "lost" : "skipped";
    }
    if (step.n == 0) return;
    ++report_.outcomes;
    if (auto line = replay::difference(*step.outcome, *now); !line.empty())
      report_.differences.push_back({step.n, std::move(line)});
  }

  void waiting(const Step& step) {
    bool waits = false;
    await(step, "to wait for a lock", [&](RerunSession& session) {
      if (session.settled(step.request)) return true;
      for (const auto& wait : server_.waits())
        if (wait.pid == session.pid() && (!wait.logged || *wait.logged > logged_[wait.pid])) {
          logged_[wait.pid] = wait.logged.value_or(0);
          return waits = true;
        }
      return false;
    });
    if (!waits) report_.differences.push_back({step.n, "waited for a lock, and does not now"});
  }

  void close(const Step& step) {
    auto* one = session(step.connection);
    if (one == nullptr) return;
    if (step.what == What::vanish)
      one->close_without_a_word();
    else
      one->say_goodbye();
    const auto until = Clock::now() + goodbye_wait_max;
    while (!one->gone() && Clock::now() < until) pump(poll_ms_max);
    sessions_.erase(step.connection);
  }

  void close_all() {
    for (auto& [connection, one] : sessions_) one->say_goodbye();
    const auto until = Clock::now() + goodbye_wait_max;
    const auto open = [](const auto& entry) { return !entry.second->gone(); };
    while (std::any_of(sessions_.begin(), sessions_.end(), open) && Clock::now() < until)
      pump(poll_ms_max);
    sessions_.clear();
  }

  // Waits for something of the step's session; looks for what is in its way where it takes long.
  void await(const Step& step, const std::string& what,
             const std::function<bool(RerunSession&)>& came) {
    auto* one = session(step.connection);
    if (one == nullptr || came(*one)) return;
    one->ask_for_answers();
    const auto began = Clock::now();
    auto pause = look_first;
    auto look = began + pause;
    const auto until = began + return_wait_max + microseconds(as_recorded(step));
    while (!came(*one)) {
      const auto now = Clock::now();
      if (now >= until) throw Stopped(not_back(step, what, *one));
      if (now >= look) {
        const bool freed = step.what != What::waiting && let_blockers_go_on(one->pid());
        pause = freed ? look_first : std::min(2 * pause, look_pause_max);
        look = Clock::now() + pause;
      }
      pump(static_cast<int>(std::max<std::int64_t>(since(now, look) / 1'000, 1)));
    }
  }

  std::int64_t as_recorded(const Step& step) const {
    const auto request = plan_.requests.find(step.request);
    if (request == plan_.requests.end()) return 0;
    return std::max<std::int64_t>(0, step.at_us - request->second.at_us);
  }

  std::string not_back(const Step& step, const std::string& what, const RerunSession& one) {
    std::string out =
        step.n > 0 ? "#" + std::to_string(step.n) : "connection " + std::to_string(step.connection);
    out +=
        " did not come back within " + seconds(return_wait_max) + " more than it took as recorded";
    if (!what.empty()) out += " (" + what + ")";
    for (const auto& wait : server_.waits()) {
      if (wait.pid != one.pid()) continue;
      std::string whom;
      for (const auto pid : wait.blockers) whom += (whom.empty() ? "" : ", ") + who(pid);
      return out + ": it waits for a lock that is held by " + whom;
    }
    return out + ": it waits for no lock";
  }

  std::string who(int pid) {
    for (const auto& [connection, own] : pids_)
      if (own == pid && sessions_.contains(connection))
        return "connection " + std::to_string(connection) + " of the re-run";
    const auto name = server_.name_of(pid);
    return name.empty() ? "pid " + std::to_string(pid) : name;
  }

  // Whether any did.
  bool let_blockers_go_on(int pid) {
    bool any = false;
    const auto waits = server_.waits();
    std::set<int> seen;
    std::vector<int> chain{pid};
    while (!chain.empty()) {
      const int next = chain.back();
      chain.pop_back();
      if (!seen.insert(next).second) continue;
      const auto wait = std::find_if(waits.begin(), waits.end(),
                                     [&](const LockWait& one) { return one.pid == next; });
      if (wait != waits.end()) {
        chain.insert(chain.end(), wait->blockers.begin(), wait->blockers.end());
      } else if (next != pid) {
        any = go_on_ahead(next) || any;
      }
    }
    return any;
  }

  // The session's next batch, or its end, before its turn.
  bool go_on_ahead(int pid) {
    const auto found = std::find_if(sessions_.begin(), sessions_.end(), [&](const auto& entry) {
      return entry.second->pid() == pid && !entry.second->gone() && entry.second->idle();
    });
    if (found == sessions_.end()) return false;
    const auto connection = found->first;
    bool any = false;
    for (auto at = at_ + 1; at < plan_.steps.size(); ++at) {
      const auto& step = plan_.steps[at];
      const bool closes = step.what == What::leave || step.what == What::vanish;
      if (step.connection != connection || done_[at] || (step.what != What::send && !closes))
        continue;
      if (closes && any) return true;
      done_[at] = any = true;
      if (closes) {
        close(step);
        return true;
      }
      const auto& request = plan_.requests.at(step.request);
      if (request.n_first > 0) report_.ahead.push_back(request.n_first);
      send(step);
      if (request.sync || request.kind == journal::Kind::query) return true;
    }
    return any;
  }

  void pump(int wait_ms) {
    polled_.clear();
    polled_.push_back({options_.wake, POLLIN, 0});
    for (const auto& [connection, one] : sessions_)
      if (!one->gone())
        polled_.push_back({one->descriptor(),
                           static_cast<short>(one->wants_to_write() ? POLLIN | POLLOUT : POLLIN),
                           0});
    if (::poll(polled_.data(), polled_.size(), wait_ms) <= 0) return;
    if (polled_.front().revents != 0) throw Failure("the re-run was given up");
    for (const auto& [connection, one] : sessions_) one->transfer();
  }

  const RerunPlan& plan_;
  RerunServer& server_;
  const RerunOptions& options_;
  std::vector<bool> done_;
  std::size_t at_ = 0;
  std::map<journal::ConnectionId, std::unique_ptr<RerunSession>> sessions_;
  std::map<journal::ConnectionId, int> pids_;  // of those that are closed too
  std::map<int, std::size_t> logged_;          // reports of a wait that were waited for
  std::vector<pollfd> polled_;
  RerunReport report_;
  Clock::time_point began_, first_sent_, last_ended_;
  std::int64_t began_us_ = 0, first_sent_us_ = 0, last_ended_us_ = 0;
};

}  // namespace

RerunReport rerun(const RerunPlan& plan, RerunServer& server, const RerunOptions& options) {
  return Walk(plan, server, options).run();
}

}  // namespace ride::cli
