// Who ended which session. A termination belongs to the statement that sent the signal; the death
// is a later event, and time does not join them. In this order:
//   1. the pid is on the wire: literal, parameter, argument of EXECUTE, or beside the result;
//   2. the statement's own WHERE over pg_stat_activity selects exactly as many of the sessions
//   known
//      at that moment as returned true;
//   3. it is the only statement able to signal that began before the death and is not used up;
//   4. otherwise the death is ambiguous: every way to distribute such deaths over the statements
//      that can have caused them is one alternative of a choice.
// Tier wire for 1 and 2, log for the others.
#pragma once

#include <vector>

#include "journal/facts/backends.hpp"
#include "journal/facts/facts.hpp"
#include "journal/facts/statements.hpp"

namespace ride::journal::facts {

inline constexpr std::size_t alternatives_max = 65;  // one more than a grader tries

// Fills terminations and termination_tries, and gaps for deaths that nothing recorded explains.
void add_terminations(const Timeline& timeline, const std::vector<Stmt*>& statements,
                      const Backends& backends, sql::Analyser& analyser, Facts& out);

}  // namespace ride::journal::facts
