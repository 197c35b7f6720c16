#include "scorer/grade.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "scorer/decide.hpp"
#include "scorer/redacted_reads.hpp"
#include "scorer/sqlite.hpp"

namespace ride::scorer {
namespace {

constexpr auto not_submitted = "not known: the attempt was not submitted";
// What follows from a gap, by its kind.
struct GapWords {
  const char* kind;
  const char* nothing_found;
  const char* seen_after;
  const char* incomplete;
};
constexpr GapWords of_gap{
    "gap", "not known: the record has a gap",
    "not known: it was seen only after a gap in the record, which may hide a change before "
    "it",
    "the record has a gap"};
constexpr GapWords of_hole{"hole", of_gap.nothing_found, of_gap.seen_after,
                           "events were lost when the recorder died"};
constexpr GapWords of_bypass{
    "bypass", "not known: somebody connected around the proxy",
    "not known: it was seen only after somebody had connected around the proxy, which may hide "
    "a change before it",
    "somebody connected to the server around the proxy; what was done there is not in the record"};

const GapWords& words_of(std::string_view kind) {
  if (kind == of_bypass.kind) return of_bypass;
  return kind == of_hole.kind ? of_hole : of_gap;
}

constexpr auto ambiguous =
    "not known: it depends on which statement ended which session, and the record leaves "
    "that open";
constexpr auto doubtful = "not known: the record does not decide it";
constexpr auto redacted = "not known: what it reads was taken out of this copy";
constexpr auto not_run = "not known: this check was not run when the attempt was submitted";

// Several parts of one check must all hold: a failure is certain, whatever else is unknown.
Mark worse_of(Mark a, Mark b) {
  if (a == Mark::fail || b == Mark::fail) return Mark::fail;
  return a == Mark::unknown || b == Mark::unknown ? Mark::unknown : Mark::pass;
}

class Grader {
 public:
  Grader(Vocabulary& vocabulary, const AttemptState& attempt, RuleLimits limits)
      : vocabulary_(vocabulary),
        attempt_(attempt),
        limits_(limits),
        redacted_(vocabulary.connection()) {
    Query query(vocabulary_.connection(), "SELECT n, kind FROM temp.gaps ORDER BY n, kind");
    if (!query.step()) return;
    first_gap_ = query.maybe_integer(0);
    gap_ = &words_of(query.text(1));
  }

  RuleVerdict detect(const DetectItem& item) {
    RuleVerdict out{item.id, item.title, Part::detect, Mark::fail, {0, item.points}, {}, {}};
    auto found = decided("detect/" + item.id, item.seen, item.unknown, true);
    out.evidence = std::move(found.rows);
    if (found.finding != Finding::decisive)
      return otherwise(std::move(out), found.finding, Mark::fail, item.missing);
    if (all_after_gap(out.evidence)) return unknown(std::move(out), gap_->seen_after);
    out.mark = Mark::pass;
    out.points.points = item.points;
    out.why = fill(item.why, out.evidence);
    return out;
  }

  RuleVerdict trap(const Trap& trap) {
    RuleVerdict out{trap.id, trap.title, Part::trap, Mark::pass, {0, trap.points}, {}, {}};
    auto found = decided("traps/" + trap.id, trap.sprung, trap.unknown, false);
    out.evidence = std::move(found.rows);
    if (found.finding != Finding::decisive) {
      out = otherwise(std::move(out), found.finding, Mark::pass, "");
    } else {
      out.mark = Mark::fail;
      out.why = fill(trap.why, out.evidence);
    }
    if (out.mark != Mark::pass) out.points.points = -trap.points;
    return out;
  }

  RuleVerdict fix(const FixCheck& check) {
    RuleVerdict out{check.id, check.title, Part::fix, Mark::pass, {0, check.points}, {}, {}};
    if (!attempt_.submitted) return unknown(std::move(out), not_submitted);
    const char* reason = not_run;
    if (was_taken_out(check)) return unknown(std::move(out), redacted);
    if (!check.sql.empty()) out.mark = worse_of(out.mark, checked(check));
    for (const auto& actor : check.workload) out.mark = worse_of(out.mark, worked(actor));
    if (!check.facts.empty()) {
      auto found = decided("fix/" + check.id, check.facts, "", false);
      out.evidence = std::move(found.rows);
      auto mark = Mark::pass;
      if (found.finding == Finding::decisive) mark = Mark::fail;
      if (found.finding == Finding::ambiguous) mark = Mark::unknown, reason = ambiguous;
      if (found.finding == Finding::redacted) mark = Mark::unknown, reason = redacted;
      if (found.finding == Finding::nothing && first_gap_)
        mark = Mark::unknown, reason = gap_->nothing_found;
      out.mark = worse_of(out.mark, mark);
    }
    if (out.mark == Mark::unknown) return unknown(std::move(out), reason);
    out.why = out.mark == Mark::pass ? check.why : fill(check.missing, out.evidence);
    if (out.mark == Mark::pass) out.points.points = check.points;
    return out;
  }

 private:
  static RuleVerdict unknown(RuleVerdict out, const char* why) {
    out.mark = Mark::unknown;
    out.why = why;
    return out;
  }

  // Nothing decisive was found: `mark` and `why`, where the record is whole.
  RuleVerdict otherwise(RuleVerdict out, Finding finding, Mark mark, const std::string& why) const {
    if (finding == Finding::ambiguous) return unknown(std::move(out), ambiguous);
    if (finding == Finding::redacted) return unknown(std::move(out), redacted);
    if (finding == Finding::unknown) return unknown(std::move(out), doubtful);
    if (!attempt_.submitted) return unknown(std::move(out), not_submitted);
    if (first_gap_) return unknown(std::move(out), gap_->nothing_found);
    out.mark = mark;
    out.why = why;
    return out;
  }

  bool all_after_gap(const std::vector<Evidence>& rows) const {
    if (!first_gap_) return false;
    return std::all_of(rows.begin(), rows.end(), [&](const Evidence& row) {
      return !row.statement || *row.statement > *first_gap_;
    });
  }

  // Of a redacted copy nothing is decided by what was taken out. Where its gaps are not those of
  // the original, no more is known than what rows decide, and of these no order (`ordered`).
  Decision decided(const std::string& name, const std::string& decisive, const std::string& doubt,
                   bool ordered) {
    auto out = decide(vocabulary_, name, decisive, doubt, limits_);
    const bool by_gaps = ordered || out.finding != Finding::decisive;
    if ((by_gaps && has_other_gaps()) || redacted_.in(decisive) || redacted_.in(doubt))
      return {Finding::redacted, {}};
    return out;
  }

  bool has_other_gaps() const { return redacted_.any("gaps", {"n", "kind"}); }

  bool was_taken_out(const FixCheck& check) const {
    return (!check.sql.empty() && redacted_.any("checks", {"id", "moment", "state"})) ||
           (!check.workload.empty() && redacted_.any("workloads", {"actor", "done", "asked"}));
  }

  // The id under which the rows of this check stand in the record, if it was run.
  std::optional<std::string> recorded_id(const FixCheck& check) const {
    if (attempt_.ran == nullptr) return check.id;
    std::optional<std::string> found;
    for (const auto& ran : attempt_.ran->fix)
      if (ran.database == check.database && ran.tables == check.tables && ran.sql == check.sql &&
          ran.expect == check.expect && (!found || ran.id == check.id))
        found = ran.id;
    return found;
  }

  // The check's own SQL, run by the sandbox before and after the workload.
  Mark checked(const FixCheck& check) const {
    const auto id = recorded_id(check);
    if (!id) return Mark::unknown;
    Query query(vocabulary_.connection(), "SELECT moment, state FROM temp.checks WHERE id = ?1");
    query.bind(1, *id);
    std::set<std::string> moments;
    auto mark = Mark::pass;
    while (query.step()) {
      moments.insert(query.text(0));
      if (query.text(1) != "pass") mark = Mark::fail;
    }
    const bool complete = moments.contains("before") && moments.contains("after");
    return complete ? mark : worse_of(mark, Mark::unknown);
  }

  Mark worked(const std::string& actor) const {
    Query query(vocabulary_.connection(),
                "SELECT done, asked FROM temp.workloads WHERE actor = ?1");
    query.bind(1, actor);
    auto mark = Mark::unknown;
    while (query.step()) {
      if (query.integer(0) < query.integer(1)) return Mark::fail;
      mark = Mark::pass;
    }
    return mark;
  }

  Vocabulary& vocabulary_;
  const AttemptState& attempt_;
  RuleLimits limits_;
  RedactedReads redacted_;
  std::optional<std::int64_t> first_gap_;  // n of the last statement before the first gap
  const GapWords* gap_ = &of_gap;          // and of which kind it is
};

std::vector<Incomplete> find_incomplete(Vocabulary& vocabulary) {
  std::vector<Incomplete> out;
  Query query(vocabulary.connection(),
              "SELECT kind, min(n) AS since FROM temp.gaps WHERE kind <> 'interruption'"
              " GROUP BY kind ORDER BY since, kind");
  while (query.step())
    out.push_back({query.text(0), query.integer(1), words_of(query.text(0)).incomplete});
  return out;
}

Points add_up(const std::vector<RuleVerdict>& checks, Part part, int start, int of) {
  Points sum{start, of};
  for (const auto& check : checks)
    if (check.part == part) sum.points += check.points.points;
  sum.points = std::max(0, sum.points);
  return sum;
}

void total_up(Verdict& verdict, const Rules& rules) {
  const auto& weights = rules.weights;
  verdict.detect = add_up(verdict.checks, Part::detect, 0, weights.detect);
  verdict.fix = add_up(verdict.checks, Part::fix, 0, weights.fix);
  verdict.trap = add_up(verdict.checks, Part::trap, weights.trap, weights.trap);
  verdict.total.of = weights.detect + weights.fix + weights.trap;
  verdict.total.points = verdict.detect.points + verdict.fix.points + verdict.trap.points;
  for (const auto& trap : rules.traps) {
    if (!trap.grave || !trap.cap || *trap.cap >= verdict.total.points) continue;
    const auto sprung =
        std::any_of(verdict.checks.begin(), verdict.checks.end(), [&](const RuleVerdict& check) {
          return check.part == Part::trap && check.id == trap.id && check.mark == Mark::fail;
        });
    if (!sprung) continue;
    verdict.total.points = *trap.cap;
    verdict.capped_by = trap.id;
  }
}

void tick_boxes(Verdict& verdict, const Rules& rules) {
  std::map<std::string, Mark> marks;
  for (const auto& check : verdict.checks) marks[check.id] = check.mark;
  for (const auto& box : rules.checklist) {
    auto mark = Mark::pass;
    for (const auto& id : box.checks) mark = worse_of(mark, marks[id]);
    verdict.checklist.push_back({box.title, mark});
  }
}

}  // namespace

Verdict grade(Vocabulary& vocabulary, const AttemptState& attempt, const Rules& rules,
              RuleLimits limits) {
  Verdict out;
  out.attempt = attempt.number;
  out.interrupted = !attempt.submitted;
  out.scenario = rules.id;
  out.scenario_version = rules.version;
  out.scenario_hash = hash(rules);
  Grader grader(vocabulary, attempt, limits);
  for (const auto& item : rules.detect) out.checks.push_back(grader.detect(item));
  for (const auto& check : rules.fix) out.checks.push_back(grader.fix(check));
  for (const auto& trap : rules.traps) out.checks.push_back(grader.trap(trap));
  total_up(out, rules);
  tick_boxes(out, rules);
  out.incomplete = find_incomplete(vocabulary);
  Query hints(vocabulary.connection(), "SELECT count(DISTINCT number) FROM temp.hints");
  hints.step();
  out.hints = static_cast<int>(hints.integer(0));
  return out;
}

}  // namespace ride::scorer
