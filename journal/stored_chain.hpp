// The chain of a file, as its rows give it. The caller's Database, the caller's thread; throws as
// Database does.
#pragma once

#include <optional>

#include "journal/checkpoint.hpp"
#include "journal/database.hpp"

namespace ride::journal {

// The last checkpoint, whoever signed it; nothing where there is none that can be read.
std::optional<Note> last_checkpoint(const Database& database);

// The chain at the last event, to go on from: worked out from the last checkpoint, behind which
// there are few events. Whether the file is what was recorded is not asked (verify.hpp does).
ChainState stored_chain(const Database& database);

// The chain at that event of a sound file.
ChainState chain_at(const Database& database, Seq seq);

// Links every event of a file that had no chain until now, and says in it that they were linked so
// late: meta's chained_later is the seq of the last one.
void chain_all(const Database& database);

}  // namespace ride::journal
