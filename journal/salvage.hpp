// Reads what is intact of a damaged attempt file: one that was cut off, or in which pages were
// overwritten. Where events cannot be read a `gap` stands in their place, as the recorder would
// have written it, and reading goes on behind them. What reads as a valid event is believed:
// whether it was changed is for `ride audit verify` to say.
//
// Everything is in memory at once. Nothing is written. Any thread, one file each.
#pragma once

#include <string>
#include <vector>

#include "journal/event.hpp"
#include "journal/reader.hpp"

namespace ride::journal {

struct Salvaged {
  std::vector<Event> events;         // by ascending seq, with the gaps
  std::vector<std::string> damages;  // "events 120 to 340 cannot be read", one for each gap put in
};

// `reader` is open on the file, as by Database::open_damaged. No events where none can be read.
Salvaged salvage(Reader& reader);

}  // namespace ride::journal
