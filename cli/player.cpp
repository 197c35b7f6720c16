#include "cli/player.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <ostream>

#include "cli/failure.hpp"
#include "cli/psql_session.hpp"

namespace ride::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds ask_interval{20};

class Player {
 public:
  Player(const PlayOptions& options, const EventSource& events, std::ostream& out)
      : options_(options), events_(events), out_(out) {
    if (events_.cursor) first_cursor_ = events_.cursor();
  }

  void run(const std::vector<Step>& steps) {
    for (const auto& step : steps) {
      if (const auto* type = std::get_if<Type>(&step)) {
        session(*type).type(type->text);
        pump(std::chrono::milliseconds(0));
      } else if (!hold(std::get<Wait>(step))) {
        break;  // what follows relied on it
      }
    }
    finish();
  }

  Played result() && { return std::move(played_); }

 private:
  PsqlSession& session(const Type& type) {
    auto& found = sessions_[type.session];
    if (!found)
      found = std::make_unique<PsqlSession>(type.session, options_.psql, dsn_of(type.server));
    return *found;
  }

  const std::string& dsn_of(const std::string& server) const {
    if (server.empty()) return options_.dsn;
    const auto found = options_.servers.find(server);
    if (found == options_.servers.end())
      throw Failure("the script wants a session on the server \"" + server +
                    "\", which is not there");
    return found->second;
  }

  // Gives input to and takes output from every session, once, waiting at most that long.
  void pump(std::chrono::milliseconds wait) {
    std::vector<pollfd> ready;
    for (auto& [name, session] : sessions_) session->add_to(ready);
    ::poll(ready.data(), ready.size(), static_cast<int>(wait.count()));
    for (auto& [name, session] : sessions_) session->transfer(out_);
    out_.flush();
  }

  bool hold(const Wait& wait) {
    const auto deadline = SteadyClock::now() + options_.wait_max;
    while (!has_come(wait)) {
      if (SteadyClock::now() >= deadline)
        return problem("line " + std::to_string(wait.line) + ": `" +
                       std::string(name_of(wait.what)) + " " + wait.name +
                       "` did not come within " + seconds());
      pump(ask_interval);
    }
    return true;
  }

  bool has_come(const Wait& wait) {
    if (wait.what == Awaited::done) {
      const auto found = sessions_.find(wait.name);
      return found == sessions_.end() || found->second->idle();
    }
    if (!events_.find) return false;
    auto& since = cursors_.try_emplace({wait.what, wait.name}, first_cursor_).first->second;
    const auto behind = events_.find(wait.what, wait.name, since);
    if (behind) since = *behind;
    return behind.has_value();
  }

  void finish() {
    for (auto& [name, session] : sessions_) session->end_input();
    const auto deadline = SteadyClock::now() + options_.wait_max;
    const auto running = [](const auto& entry) { return !entry.second->ended(); };
    while (std::any_of(sessions_.begin(), sessions_.end(), running) &&
           SteadyClock::now() < deadline)
      pump(ask_interval);
    for (auto& [name, session] : sessions_) {
      const std::string who = name.empty() ? std::string("psql") : "session " + name;
      if (!session->ended())
        problem(who + " did not end within " + seconds());
      else if (session->exit_code() != 0)
        problem(who + " ended with exit code " + std::to_string(session->exit_code()));
    }
  }

  std::string seconds() const { return std::to_string(options_.wait_max.count() / 1000) + " s"; }

  bool problem(std::string line) {
    played_.ok = false;
    played_.problems.push_back(std::move(line));
    return false;
  }

  const PlayOptions& options_;
  const EventSource& events_;
  std::ostream& out_;
  std::uint64_t first_cursor_ = 0;
  std::map<std::pair<Awaited, std::string>, std::uint64_t> cursors_;
  std::map<std::string, std::unique_ptr<PsqlSession>> sessions_;
  Played played_;
};

}  // namespace

Played play(const std::vector<Step>& steps, const PlayOptions& options, const EventSource& events,
            std::ostream& out) {
  Player player(options, events, out);
  player.run(steps);
  return std::move(player).result();
}

}  // namespace ride::cli
