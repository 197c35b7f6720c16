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

Marks read_marks(journal::Reader& reader, std::uint32_t attempt) {
  if (attempt == 0) return {};
  try {
    const auto submits =
        reader.all({.attempt = attempt, .kinds = {journal::Kind::submit_ended}, .after = 0});
    if (submits.empty()) return {};
    return marks_of(scorer::score(reader.database().file(), {.attempt = attempt}).verdict);
  } catch (const std::exception& error) {
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
