// Where a statement's time went, each microsecond of it once:
//
//   think     from the answer before it until it was sent: the client's own time; 0 if it was sent
//   ahead queued    sent ahead, it waited until the answers before it were complete server    from
//   then (or from when it was sent) to the first byte of its answer transfer  from the first byte
//   to the end of the answer, COPY data in both directions included
//
// A portal that was read in pieces has the sum of its pieces; what its client did between them is
// nobody's. All are NULL for what was not answered. Events of one wake-up of the proxy have one
// time.
#pragma once

#include "journal/facts/statements.hpp"

namespace ride::journal::facts {

void settle_times(Replay& replay, const Timeline& timeline);

}  // namespace ride::journal::facts
