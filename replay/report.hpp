// An attempt as one page of HTML: score card, timeline, every statement. The page loads nothing and
// a policy in it forbids it to; its own script draws it from data that stands in it as JSON, so
// that nothing recorded is ever read as HTML or script. Equal input, equal bytes. Pure.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "journal/facts/facts.hpp"
#include "replay/moment.hpp"
#include "scorer/score.hpp"

namespace ride::replay {

struct Report {
  std::string title;  // as Source::title()
  std::uint32_t attempt = 0;
  std::optional<scorer::Score> score = {};
  std::string ungraded = {};  // why there is none
  std::vector<std::string> damages = {};
  std::vector<journal::facts::WaitRow> waits = {};
  std::vector<Moment> moments = {};  // with what the graded attempt says of it, and comments
};

void write_report(const Report& report, std::ostream& out);

}  // namespace ride::replay
