#include "scorer/lock_waits.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "journal/facts/wait_line.hpp"

namespace ride::scorer {
namespace {

using journal::facts::LogLine;
using journal::facts::WaitLine;

constexpr std::int64_t us_per_second = 1'000'000;
constexpr std::int64_t read_late_us_max = 10 * us_per_second;  // after the server wrote a line
constexpr std::int64_t same_wait_us_max = 50'000;  // between two accounts of when a wait began

void add(std::vector<Party>& parties, const Party& party) {
  if (std::find(parties.begin(), parties.end(), party) == parties.end()) parties.push_back(party);
}

bool ends_a_wait(const LogLine& line) {
  return line.severity == "ERROR" || line.severity == "FATAL" || line.severity == "PANIC";
}

// Of `while updating tuple (0,5) in relation "orders"`.
std::string relation_of_row(std::string_view context) {
  constexpr std::string_view words = " in relation \"";
  const auto at = context.find(words);
  if (at == context.npos || !context.starts_with("while ")) return "";
  context.remove_prefix(at + words.size());
  return std::string(context.substr(0, context.find('"')));
}

class Gatherer {
 public:
  Gatherer(const journal::facts::Facts& facts, std::int64_t until_us)
      : facts_(facts), sessions_{facts.actors, facts.connections}, until_us_(until_us) {
    for (const auto& row : facts.waits) rows_[{row.seen, row.waiter_pid.value_or(0)}] = &row;
  }

  void hear(const LogLine& line) {
    if (const auto wait = read_wait_line(line))
      return wait->acquired ? got(*wait, line) : waits(*wait, line);
    if (ends_a_wait(line)) end(line.pid, time_of(line), false);
  }

  std::vector<LockWait> finish() {
    for (const auto& [pid, index] : open_) {
      auto& wait = waits_[index];
      const auto gone = end_of(wait.waiter, wait.began_us);
      wait.end_known = gone && *gone <= until_us_;
      wait.ended_us = std::max(wait.began_us, wait.end_known ? *gone : until_us_);
    }
    for (auto& wait : waits_) {
      if (wait.ended_us <= until_us_) continue;
      wait.end_known = false;  // it went on behind what counts
      wait.ended_us = std::max(wait.began_us, until_us_);
    }
    return std::move(waits_);
  }

 private:
  void waits(const WaitLine& line, const LogLine& at) {
    const auto began = time_of(at) - line.waited_us;
    auto found = open_.find(line.pid);
    if (found != open_.end() && !same(waits_[found->second], line, began)) {
      end(line.pid, began, false);  // its end was not logged, and it is over
      found = open_.end();
    }
    if (found == open_.end()) found = open_.emplace(line.pid, begin(line, at, began)).first;
    auto& wait = waits_[found->second];
    for (const auto pid : line.holders)
      if (pid != line.pid) add(wait.holders, sessions_.find(pid, at.at_us));
    for (const auto pid : line.queue) {
      if (pid == line.pid) break;
      add(wait.ahead, sessions_.find(pid, at.at_us));
    }
  }

  std::size_t begin(const WaitLine& line, const LogLine& at, std::int64_t began) {
    LockWait wait;
    wait.waiter = sessions_.find(line.pid, at.at_us, at.backend_started_s);
    wait.lock = line.lock;
    wait.object = line.object;
    wait.began_us = wait.ended_us = began;
    wait.seen_us = time_of(at);
    wait.relation = relation_of_row(at.context);
    const auto row = rows_.find({at.at_us, line.pid});
    if (row != rows_.end()) {
      wait.statement = row->second->statement;
      wait.relation = row->second->relation.value_or(wait.relation);
    }
    waits_.push_back(std::move(wait));
    return waits_.size() - 1;
  }

  static bool same(const LockWait& wait, const WaitLine& line, std::int64_t began) {
    return wait.lock == line.lock && wait.object == line.object &&
           std::abs(wait.began_us - began) <= same_wait_us_max;
  }

  // The server's measure is exact; it may be all that the log says of the wait.
  void got(const WaitLine& line, const LogLine& at) {
    const auto began = time_of(at) - line.waited_us;
    const auto found = open_.find(line.pid);
    const bool known = found != open_.end() && same(waits_[found->second], line, began);
    if (!known) end(line.pid, began, false);
    auto& wait = waits_[known ? found->second : begin(line, at, began)];
    wait.ended_us = wait.began_us + line.waited_us;
    wait.end_known = wait.acquired = true;
    if (known) open_.erase(found);
  }

  void end(std::int64_t pid, std::int64_t at_us, bool acquired) {
    const auto found = open_.find(pid);
    if (found == open_.end()) return;
    auto& wait = waits_[found->second];
    wait.ended_us = std::max(wait.began_us, at_us);
    wait.end_known = true;
    wait.acquired = acquired;
    open_.erase(found);
  }

  std::optional<std::int64_t> end_of(const Party& party, std::int64_t after_us) const {
    std::optional<std::int64_t> end;
    for (const auto& row : facts_.actors)
      if (row.actor == party.actor && row.pid == party.pid && row.ended > after_us) end = row.ended;
    for (const auto& row : facts_.connections)
      if (row.connection == party.connection && row.closed > after_us) end = row.closed;
    return end;
  }

  const journal::facts::Facts& facts_;
  Sessions sessions_;
  std::int64_t until_us_;
  std::map<std::pair<std::int64_t, std::int64_t>, const journal::facts::WaitRow*> rows_;
  std::vector<LockWait> waits_;
  std::map<std::int64_t, std::size_t> open_;  // by pid: a backend waits for one lock at a time
};

}  // namespace

Party Sessions::find(std::int64_t pid, std::int64_t at_us, std::int64_t backend_started_s) const {
  Party party{pid, "", 0};
  std::int64_t best = 0;
  for (const auto& row : actors) {
    const auto started = row.started.value_or(0);
    if (row.pid != pid || started > at_us || started < best) continue;
    if (backend_started_s != 0 && started / us_per_second != backend_started_s) continue;
    best = started;
    party.actor = row.actor;
  }
  for (const auto& row : connections) {
    const auto opened = row.opened.value_or(0);
    if (row.pid != pid || opened > at_us || opened < best) continue;
    best = opened;
    party = {pid, "", row.connection};
  }
  return party;
}

std::int64_t time_of(const LogLine& line) {
  const auto late = line.at_us - line.logged_us;
  if (line.logged_us == 0) return line.at_us;  // it does not say
  return late >= 0 && late <= read_late_us_max ? line.logged_us : line.at_us;
}

std::vector<LockWait> lock_waits(const journal::facts::Facts& facts,
                                 const std::vector<LogLine>& lines, std::int64_t until_us) {
  Gatherer gatherer(facts, until_us);
  for (const auto& line : lines) gatherer.hear(line);
  return gatherer.finish();
}

}  // namespace ride::scorer
