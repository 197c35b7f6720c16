// The truth about transactions: gives every statement its outcome, the transaction state before and
// after it, and the ordinal of its transaction within the connection.
//
//   committed    its effects last
//   rolled back  it completed, and its transaction, savepoint or pipeline was undone
//   failed       an error ended it, a cancel or the end of its session included
//   skipped      it never ran, because of an error before it
//   unknown      nobody can say from the record: cut between COMMIT and its answer, not answered,
//                still open when the attempt ended, or prepared and never resolved
#pragma once

#include "journal/facts/statements.hpp"

namespace ride::journal::facts {

void settle_transactions(Replay& replay, const Timeline& timeline);

}  // namespace ride::journal::facts
