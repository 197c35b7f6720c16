// An attempt as a terminal recording, asciicast v3
// (https://docs.asciinema.org/manual/asciicast/v3): what the player shows, as it shows it, with
// idle time cut, for asciinema's player. Markers of the timeline are markers there. The same
// timeline and style give the same bytes. The only escapes in it are colours.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>

#include "replay/timeline.hpp"

namespace ride::replay {

struct CastStyle {
  std::size_t columns = 100;
  std::size_t rows = 30;
  std::string title = {};
  double speed = 1;
  bool tool_queries = false;
};

void write_cast(const Timeline& timeline, const CastStyle& style, std::ostream& out);

}  // namespace ride::replay
