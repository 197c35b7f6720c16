#include "journal/facts/attribution.hpp"

#include <algorithm>
#include <map>

#include "journal/facts/choices.hpp"
#include "journal/facts/deaths.hpp"
#include "journal/facts/signals.hpp"

namespace ride::journal::facts {
namespace {

using sql::Truth;

class Attribution {
 public:
  Attribution(const Timeline& timeline, const Backends& backends, Facts& out)
      : timeline_(timeline), out_(out), victims_(find_victims(timeline, backends)) {}

  void by_wire(Signal& signal);
  void by_log(const std::vector<Signal>& signals);

 private:
  void pid(const Signal& signal, const SignalledPid& one);
  void by_where(Signal& signal);
  std::size_t victim_at(std::int64_t pid, const Stmt& stmt) const;
  Truth selected(const Signal& signal, std::size_t victim) const;
  bool possible(const Signal& signal, std::size_t victim) const;
  void add(const Signal& signal, std::size_t victim, const char* tier, Number choice = {},
           Number alternative = {});
  void tried(const Signal& signal, Number pid, Text actor, const char* outcome);
  void unexplained(std::size_t victim);
  void unnamed(const Signal& signal, std::int64_t left);

  static constexpr std::size_t nobody = ~std::size_t{0};

  const Timeline& timeline_;
  Facts& out_;
  std::vector<Victim> victims_;
  std::map<std::size_t, const Stmt*> signalled_;  // by the first statement that did
};

// Steps 1 and 2.
void Attribution::by_wire(Signal& signal) {
  for (const auto& one : signal.pids) pid(signal, one);
  for (std::int64_t i = 0; i < signal.refused; ++i) tried(signal, {}, {}, "returned false");
  if (signal.failed_unsent) tried(signal, {}, {}, "failed");
  if (signal.open && signal.sent && signal.query) by_where(signal);
}

void Attribution::pid(const Signal& signal, const SignalledPid& one) {
  const auto victim = victim_at(one.pid, *signal.stmt);
  const auto actor = victim == nobody ? Text() : victims_[victim].actor();
  auto answered = one.answered;
  if (answered == Answered::not_called) return;
  if (answered == Answered::unknown && victim != nobody && !signalled_.contains(victim) &&
      victims_[victim].ended_by_admin > signal.stmt->request())
    answered = Answered::yes;
  if (answered != Answered::yes) {
    const auto* outcome = answered == Answered::no       ? "returned false"
                          : answered == Answered::failed ? "failed"
                                                         : "unknown";
    return tried(signal, one.pid, actor, outcome);
  }
  if (victim != nobody) return add(signal, victim, "wire");
  out_.terminations.push_back(
      {signal.stmt->row.n, {}, signal.stmt->row.server, one.pid, {}, "wire", {}, {}});
}

// Step 2. A session that surely was there and surely is selected was ended; one of which either is
// uncertain was ended if the count leaves no other way.
void Attribution::by_where(Signal& signal) {
  std::vector<std::size_t> sure, perhaps;
  for (std::size_t i = 0; i < victims_.size(); ++i) {
    const auto there = was_there(victims_[i], *signal.stmt);
    const auto chosen = selected(signal, i);
    if (there == Truth::no || chosen == Truth::no || chosen == Truth::null) continue;
    const bool certain = there == Truth::yes && chosen == Truth::yes && !signalled_.contains(i);
    (certain ? sure : perhaps).push_back(i);
  }
  const auto sent = static_cast<std::size_t>(*signal.sent);
  if (signal.query->limited && sure.size() + perhaps.size() != 1) return;
  if (sure.size() != sent) {
    if (sure.size() + perhaps.size() != sent) return;
    sure.insert(sure.end(), perhaps.begin(), perhaps.end());
  }
  for (const auto victim : sure) add(signal, victim, "wire");
  signal.open = false;
}

std::size_t Attribution::victim_at(std::int64_t pid, const Stmt& stmt) const {
  std::size_t found = nobody;
  for (std::size_t i = 0; i < victims_.size(); ++i)
    if (victims_[i].pid == pid && was_there(victims_[i], stmt) != Truth::no) found = i;
  return found;
}

Truth Attribution::selected(const Signal& signal, std::size_t victim) const {
  if (!signal.query || signal.query->source != sql::SignalQuery::Source::session_pid)
    return Truth::cannot_tell;
  return sql::matches(*signal.query, activity(victims_[victim], *signal.stmt), signal.context);
}

// Whether the statement can have ended the session.
bool Attribution::possible(const Signal& signal, std::size_t victim) const {
  const auto& who = victims_[victim];
  if (signal.stmt->request() >= who.ended_by_admin) return false;
  if (was_there(who, *signal.stmt) == Truth::no || worked_after(who, *signal.stmt)) return false;
  if (signal.only_database) {
    const auto& database =
        who.session != nullptr ? who.session->database : who.connection->database;
    return database == signal.only_database;
  }
  if (!signal.query) return true;
  const auto chosen = selected(signal, victim);
  return chosen == Truth::yes || chosen == Truth::cannot_tell;
}

void Attribution::add(const Signal& signal, std::size_t victim, const char* tier, Number choice,
                      Number alternative) {
  const auto& who = victims_[victim];
  // The session dies once: of the first signal that is known.
  const bool first = signalled_.try_emplace(victim, signal.stmt).second || choice.has_value();
  const bool died = who.ended_by_admin != 0 && first;
  out_.terminations.push_back({signal.stmt->row.n, who.actor(), signal.stmt->row.server, who.pid,
                               died ? Text("57P01") : Text(), tier, choice, alternative});
}

void Attribution::tried(const Signal& signal, Number pid, Text actor, const char* outcome) {
  out_.termination_tries.push_back({signal.stmt->row.n, pid, std::move(actor), outcome});
}

// Steps 3 and 4.
void Attribution::by_log(const std::vector<Signal>& signals) {
  std::vector<Death> deaths;
  for (std::size_t i = 0; i < victims_.size(); ++i) {
    if (victims_[i].ended_by_admin == 0 || signalled_.contains(i)) continue;
    Death death{i, {}};
    for (std::size_t s = 0; s < signals.size(); ++s)
      if (signals[s].open && possible(signals[s], i)) death.candidates.push_back(s);
    if (death.candidates.empty()) {
      unexplained(i);
    } else {
      deaths.push_back(std::move(death));
    }
  }
  Capacity capacity;
  for (const auto& signal : signals) capacity.push_back(signal.sent);
  std::vector<std::int64_t> used(signals.size(), 0);
  for (const auto& link : settle_certain(deaths, capacity)) {
    add(signals[link.candidate], link.victim, "log");
    ++used[link.candidate];
  }
  std::int64_t number = 0;
  for (const auto& choice : make_choices(deaths, capacity, alternatives_max)) {
    const bool open = choice.size() > 1;
    if (open) ++number;
    for (std::size_t a = 0; a < choice.size(); ++a) {
      for (const auto& link : choice[a]) {
        add(signals[link.candidate], link.victim, "log", open ? Number(number) : Number(),
            open ? Number(static_cast<std::int64_t>(a)) : Number());
        used[link.candidate] = open ? INT64_MAX / 2 : used[link.candidate] + 1;
      }
    }
  }
  for (std::size_t s = 0; s < signals.size(); ++s)
    if (signals[s].open && signals[s].sent) unnamed(signals[s], *signals[s].sent - used[s]);
}

// Signals of which the result is the only trace.
void Attribution::unnamed(const Signal& signal, std::int64_t left) {
  for (; left > 0; --left)
    out_.terminations.push_back(
        {signal.stmt->row.n, {}, signal.stmt->row.server, {}, {}, "wire", {}, {}});
}

void Attribution::unexplained(std::size_t victim) {
  const auto& who = victims_[victim];
  // Of a learner's own session, and of what ends while ride grades, nothing is missing.
  if (who.session == nullptr) return;
  if (timeline_.submit_seq != 0 && who.ended_by_admin > timeline_.submit_seq) return;
  std::int64_t n = 0;
  for (const auto& row : out_.statements)
    if (static_cast<Seq>(row.request) < who.ended_by_admin) n = std::max(n, row.n);
  out_.gaps.push_back(
      {n, who.session->actor + " was ended, and no recorded statement did it", "gap"});
}

}  // namespace

void add_terminations(const Timeline& timeline, const std::vector<Stmt*>& statements,
                      const Backends& backends, sql::Analyser& analyser, Facts& out) {
  const auto hidden = find_hidden(statements);
  Attribution attribution(timeline, backends, out);
  std::vector<Signal> signals;
  for (const auto* stmt : statements)
    if (auto signal = signal_of(*stmt, hidden, analyser)) signals.push_back(std::move(*signal));
  for (auto& signal : signals) attribution.by_wire(signal);
  attribution.by_log(signals);
  std::stable_sort(out.terminations.begin(), out.terminations.end(),
                   [](const auto& a, const auto& b) {
                     return std::tie(a.statement, a.actor, a.victim_pid, a.choice, a.alternative) <
                            std::tie(b.statement, b.actor, b.victim_pid, b.choice, b.alternative);
                   });
}

}  // namespace ride::journal::facts
