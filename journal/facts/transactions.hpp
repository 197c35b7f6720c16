// The truth about transactions: gives every statement its outcome, the transaction state before and
// after it, and the ordinal of its transaction within the connection.
//
//   committed    its effects last
//   rolled back  its effects are gone: its transaction, savepoint or pipeline was undone
//   failed       an error ended it, a cancel or the end of its session included
//   skipped      it never ran, because of an error before it
//   unknown      nobody can say from the record: cut between COMMIT and its answer, not answered,
//                still open when the attempt ended, prepared and never resolved, or behind a gap
//
// What the server says decides: command tags, errors, ReadyForQuery. Texts are needed for the names
// of savepoints and prepared transactions alone; where one is not known, `unknown` is the answer.
#pragma once

#include <string>
#include <vector>

#include "journal/facts/statements.hpp"
#include "journal/facts/two_phase.hpp"

namespace ride::journal::facts {

struct PreparedTransaction {
  std::string gid;
  TwoPhase::Times times;
  std::vector<Stmt*> members;  // its PREPARE TRANSACTION too; `unknown` so far
};

struct ResolvedTransaction {
  std::string gid;
  TwoPhase::Times times;
  bool committed = false;
};

// Two-phase commits, which sessions decide for each other.
struct TwoPhaseSteps {
  std::vector<PreparedTransaction> prepared;
  std::vector<ResolvedTransaction> resolved;
};

void settle_transactions(Replay& replay, const Timeline& timeline);

// The same, but what was prepared is left to the caller.
TwoPhaseSteps settle_sessions(Replay& replay, const Timeline& timeline);

}  // namespace ride::journal::facts
