#include "scorer/harm.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "scorer/blame.hpp"
#include "scorer/lock_waits.hpp"

namespace ride::scorer {
namespace {

namespace facts = journal::facts;

using Spans = std::vector<std::pair<std::int64_t, std::int64_t>>;  // microseconds, from and to

// Microseconds that the spans cover, each counted once.
std::int64_t covered(Spans spans) {
  std::sort(spans.begin(), spans.end());
  std::int64_t sum = 0, reached = 0;
  bool first = true;
  for (const auto& [from, to] : spans) {
    const auto begin = first ? from : std::max(from, reached);
    if (to > begin) sum += to - begin;
    reached = first ? to : std::max(reached, to);
    first = false;
  }
  return sum;
}

// The parts of `spans` in which the statement itself waited for a lock.
Spans while_waiting(const Spans& spans, std::int64_t statement,
                    const std::vector<LockWait>& waits) {
  Spans out;
  for (const auto& wait : waits) {
    if (wait.statement != statement) continue;
    for (const auto& [from, to] : spans) {
      const auto begin = std::max(from, wait.began_us), end = std::min(to, wait.ended_us);
      if (begin < end) out.emplace_back(begin, end);
    }
  }
  return out;
}

struct Gathered {
  Spans spans;
  bool at_least = false;
  std::set<std::string> relations;
};

void count_errors(const facts::Facts& facts, const std::vector<facts::LogLine>& lines,
                  std::int64_t until_us, std::map<std::string, ActorHarm>& actors) {
  const Sessions sessions{facts.actors, facts.connections};
  for (const auto& line : lines) {
    if (line.severity != "ERROR" && line.severity != "FATAL" && line.severity != "PANIC") continue;
    if (time_of(line) > until_us) continue;
    const auto who = sessions.find(line.pid, line.at_us, line.backend_started_s);
    if (who.actor.empty()) continue;
    auto& errors = actors[who.actor].errors;
    const auto found = std::find_if(errors.begin(), errors.end(), [&](const ErrorCount& one) {
      return one.sqlstate == line.sqlstate;
    });
    if (found == errors.end())
      errors.push_back({line.sqlstate, 1});
    else
      ++found->count;
  }
}

}  // namespace

Harm harm_of(const facts::Facts& facts, const std::vector<facts::LogLine>& lines,
             std::int64_t until_us) {
  const auto waits = lock_waits(facts, lines, until_us);
  Blamer blamer(facts, waits, until_us);
  std::map<std::pair<std::int64_t, std::string>, Gathered> by_statement;
  std::map<std::string, Gathered> by_actor, by_learner;
  for (std::size_t i = 0; i < waits.size(); ++i) {
    const auto& wait = waits[i];
    if (wait.waiter.actor.empty()) continue;
    auto& all = by_actor[wait.waiter.actor];
    all.spans.emplace_back(wait.began_us, wait.ended_us);
    all.at_least |= !wait.end_known;
    if (waits.size() > waits_blamed_max) continue;
    for (const auto& blame : blamer.of(i)) {
      auto& one = by_statement[{blame.statement, wait.waiter.actor}];
      one.spans.emplace_back(blame.from_us, blame.to_us);
      one.at_least |= !wait.end_known && blame.to_us == wait.ended_us;
      if (!wait.relation.empty()) one.relations.insert(wait.relation);
      by_learner[wait.waiter.actor].spans.emplace_back(blame.from_us, blame.to_us);
    }
  }
  Harm out;
  if (waits.size() > waits_blamed_max)
    out.trouble = "which statements caused them: there are more than " +
                  std::to_string(waits_blamed_max) + " waits";
  for (const auto& [key, row] : by_statement)
    out.statements.push_back({key.first,
                              key.second,
                              covered(row.spans),
                              covered(while_waiting(row.spans, key.first, waits)),
                              row.at_least,
                              {row.relations.begin(), row.relations.end()}});
  std::map<std::string, ActorHarm> actors;
  for (const auto& [actor, row] : by_actor) {
    auto& one = actors[actor];
    one.blocked_us = covered(row.spans);
    one.by_learner_us = covered(by_learner[actor].spans);
    one.at_least = row.at_least;
  }
  count_errors(facts, lines, until_us, actors);
  for (auto& [actor, row] : actors) {
    row.actor = actor;
    std::sort(row.errors.begin(), row.errors.end(),
              [](const auto& one, const auto& other) { return one.sqlstate < other.sqlstate; });
    out.actors.push_back(std::move(row));
  }
  return out;
}

std::int64_t Harm::blocked_us() const {
  std::int64_t sum = 0;
  for (const auto& row : actors) sum += row.blocked_us;
  return sum;
}

std::int64_t Harm::by_learner_us() const {
  std::int64_t sum = 0;
  for (const auto& row : actors) sum += row.by_learner_us;
  return sum;
}

std::int64_t Harm::errors() const {
  std::int64_t sum = 0;
  for (const auto& row : actors)
    for (const auto& error : row.errors) sum += error.count;
  return sum;
}

bool Harm::at_least() const {
  return std::any_of(actors.begin(), actors.end(), [](const auto& row) { return row.at_least; });
}

}  // namespace ride::scorer
