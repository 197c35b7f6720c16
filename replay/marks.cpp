#include "replay/marks.hpp"

#include <exception>
#include <string>

#include "journal/reader.hpp"
#include "scorer/score.hpp"

namespace ride::replay {
namespace {

using scorer::Mark;
using scorer::Part;

Note note_of(const scorer::RuleVerdict& rule, bool trap, std::int64_t n) {
  return {trap ? "trap" : "evidence", rule.id, rule.title + ": " + rule.why,
          trap ? Weight::bad : Weight::good, n};
}

}  // namespace

Marks marks_of(const scorer::Verdict& verdict) {
  Marks marks;
  for (const auto& rule : verdict.checks) {
    const bool seen = rule.part == Part::detect && rule.mark == Mark::pass;
    const bool sprung = rule.part == Part::trap && rule.mark == Mark::fail;
    if (!seen && !sprung) continue;
    const auto statements = scorer::statements_of(rule);
    const auto n = statements.empty() ? 0 : statements.front();
    marks[n].push_back(note_of(rule, sprung, n));
  }
  return marks;
}

void add_to(Marks& marks, const scorer::Harm& harm) {
  for (const auto& row : harm.statements)
    marks[row.statement].push_back(
        {"harm", row.actor, scorer::sentence_of(row), Weight::bad, row.statement, row.blocked_us});
  for (const auto& row : harm.actors)
    marks[0].push_back(
        {"harm", row.actor, scorer::sentence_of(row), Weight::plain, 0, row.blocked_us});
  if (!harm.trouble.empty())
    marks[0].push_back({"harm", "", "not known: " + harm.trouble, Weight::bad, 0});
}

Marks read_marks(journal::Reader& reader, std::uint32_t attempt) {
  if (attempt == 0) return {};
  bool submitted = true;
  try {
    submitted =
        !reader.all({.attempt = attempt, .kinds = {journal::Kind::submit_ended}, .after = 0})
             .empty();
    const auto score = scorer::score(reader.database().file(), {.attempt = attempt});
    auto marks = submitted ? marks_of(score.verdict) : Marks();
    add_to(marks, score.detail.harm);
    return marks;
  } catch (const std::exception& error) {
    if (!submitted) return {};  // nobody asked for a grade
    Marks marks;
    marks[0].push_back(
        {"gap", "", std::string("cannot be graded: ") + error.what(), Weight::bad, 0});
    return marks;
  }
}

void Marked::hear(const Moment& moment) {
  sink_(moment);
  last_ = {moment.seq, moment.at_us, moment.since_us, moment.connection, Note{}};
  const auto* answer = std::get_if<StatementEnded>(&moment.what);
  if (answer != nullptr && answer->n != 0 && !answer->suspended) tell(moment, answer->n);
}

void Marked::finish() {
  while (!marks_.empty()) tell(last_, marks_.begin()->first);
}

void Marked::tell(const Moment& at, std::int64_t n) {
  const auto found = marks_.find(n);
  if (found == marks_.end()) return;
  for (const auto& note : found->second)
    sink_({at.seq, at.at_us, at.since_us, at.connection, note});
  marks_.erase(found);
}

}  // namespace ride::replay
