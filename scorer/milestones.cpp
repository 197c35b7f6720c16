#include "scorer/milestones.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "scorer/sqlite.hpp"

namespace ride::scorer {
namespace {

class Reading {
 public:
  Reading(const Vocabulary& vocabulary, const Verdict& verdict)
      : connection_(vocabulary.connection()), vocabulary_(vocabulary), verdict_(verdict) {
    Query query(connection_, "SELECT n, started FROM temp.statements ORDER BY n");
    while (query.step()) started_[query.integer(0)] = query.integer(1);
  }

  void read(const Rules& rules) {
    verdicts();
    terminations();
    for (const auto& check : rules.fix) fix(check);
    hints();
    probes();
    if (!verdict_.interrupted) add_behind("submit", "", true, last());
  }

  std::vector<Milestone> take() {
    // At one statement: what it did, then what came behind it; the submit is added last.
    std::stable_sort(out_.begin(), out_.end(), [](const Milestone& one, const Milestone& other) {
      return std::pair(one.n, !one.of_statement) < std::pair(other.n, !other.of_statement);
    });
    return std::move(out_);
  }

 private:
  std::int64_t last() const { return started_.empty() ? 0 : started_.rbegin()->first; }

  void add(std::string key, std::string title, bool good, std::int64_t n) {
    const auto found = started_.find(n);
    Milestone one{std::move(key), std::move(title), good, n, true, {}};
    if (found != started_.end()) one.at_us = found->second;
    out_.push_back(std::move(one));
  }
  void add_behind(std::string key, std::string title, bool good, std::int64_t n,
                  std::optional<std::int64_t> at_us = {}) {
    out_.push_back({std::move(key), std::move(title), good, n, false, at_us});
  }

  void verdicts() {
    for (const auto& rule : verdict_.checks) {
      const bool seen = rule.part == Part::detect && rule.mark == Mark::pass;
      const bool sprung = rule.part == Part::trap && rule.mark == Mark::fail;
      if (!seen && !sprung) continue;
      const auto key = (seen ? "evidence " : "trap ") + rule.id;
      const auto statements = statements_of(rule);
      if (statements.empty())
        add_behind(key, rule.title, seen, last());
      else
        add(key, rule.title, seen, statements.front());
    }
  }

  void terminations() {
    Query query(connection_, "SELECT actor, min(statement) FROM " + vocabulary_.schema() +
                                 ".fact_terminations WHERE attempt = ?1 AND choice IS NULL"
                                 " AND actor IS NOT NULL GROUP BY actor ORDER BY 2, 1");
    query.bind(1, std::int64_t{verdict_.attempt});
    while (query.step()) add("ended " + query.text(0), "", true, query.integer(1));
  }

  void fix(const FixCheck& check) {
    const auto found = std::find_if(
        verdict_.checks.begin(), verdict_.checks.end(),
        [&](const auto& rule) { return rule.part == Part::fix && rule.id == check.id; });
    if (found == verdict_.checks.end()) return;
    const auto key = "fix " + check.id + ": " + to_string(found->mark);
    const bool good = found->mark == Mark::pass;
    std::int64_t changed = 0;
    for (const auto& table : check.tables) {
      Query query(connection_,
                  "SELECT max(c.statement) FROM temp.changes c JOIN temp.statements s"
                  " ON s.n = c.statement AND s.outcome = 'committed'"
                  " WHERE c.database = ?1 AND c.object = ?2 AND c.kind IN ('write', 'ddl')");
      query.bind(1, check.database).bind(2, table);
      if (query.step()) changed = std::max(changed, query.integer(0));
    }
    if (changed != 0)
      add(key, check.title, good, changed);
    else
      add_behind(key, check.title, good, last());
  }

  void hints() {
    Query query(connection_,
                "SELECT number, min(at_n) FROM temp.hints GROUP BY number ORDER BY 2, 1");
    while (query.step())
      add_behind("hint " + std::to_string(query.integer(0)), "", true, query.integer(1));
  }

  // The first time that a probe which was not healthy is.
  void probes() {
    Query query(connection_, "SELECT name, state, at, at_n FROM temp.probes");
    std::map<std::string, bool> healthy;
    std::set<std::string> told;
    while (query.step()) {
      const auto name = query.text(0);
      const bool now = query.text(1) == "healthy";
      const auto known = healthy.find(name);
      if (now && known != healthy.end() && !known->second && told.insert(name).second)
        add_behind("probe " + name + " healthy", "", true, query.integer(3), query.integer(2));
      healthy[name] = now;
    }
  }

  sqlite3* connection_;
  const Vocabulary& vocabulary_;
  const Verdict& verdict_;
  std::map<std::int64_t, std::int64_t> started_;
  std::vector<Milestone> out_;
};

}  // namespace

std::vector<Milestone> read_milestones(const Vocabulary& vocabulary, const Rules& rules,
                                       const Verdict& verdict) {
  Reading reading(vocabulary, verdict);
  reading.read(rules);
  return reading.take();
}

}  // namespace ride::scorer
