// The shown part of a timeline as one long page of lines, of which a window is seen. Lays out what
// the window touches and nothing else, so that attempts of any length scroll alike. Pure; one
// thread; borrows the timeline.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "replay/layout.hpp"
#include "replay/timeline.hpp"

namespace ride::replay {

struct DocumentStyle {
  std::size_t width = 80;
  bool folded = true;  // clients' own catalog queries
  bool expanded = false;
  bool comments = true;
  std::size_t rows_max = 2'000;  // of one result

  bool operator==(const DocumentStyle&) const = default;
};

// A line of the page. Ordered from top to bottom.
struct Place {
  std::size_t item = 0;
  std::size_t line = 0;

  auto operator<=>(const Place&) const = default;
};

class Document {
 public:
  explicit Document(const Timeline& timeline) : timeline_(timeline) {}

  // Forgets what was laid out where it would look different now.
  void set(const DocumentStyle& style);
  const DocumentStyle& style() const { return style_; }
  void forget() { laid_out_.clear(); }  // the timeline was changed

  // All of it up to a position.
  void show(std::size_t shown) { items_ = timeline_.items_shown(style_.folded, shown); }

  // The first and last line; of a page without lines {0, 0}.
  Place first();
  Place last();
  // This line, or the last one of its item where that has fewer.
  Place nearest(Place place);
  // So many lines on; stops at the ends.
  Place up(Place from, std::size_t lines);
  Place down(Place from, std::size_t lines);
  // The first line of what shows this moment, or of what follows it where it has none.
  Place place_of(std::size_t moment);
  // The first line at or below `from` with these words (lower case); `from` where there is none in
  // the same item.
  Place place_with(Place from, std::string_view words);

  // Of one item. Dies with the next call of any of these.
  const std::vector<Line>& lines(std::size_t item);
  // The `rows` lines that end at `bottom`, fewer at the top of the page.
  std::vector<Line> window(Place bottom, std::size_t rows);

 private:
  std::vector<Line> lay_out(const Item& item) const;
  Line gutter(std::size_t moment) const;

  const Timeline& timeline_;
  DocumentStyle style_;
  std::size_t items_ = 0;  // shown
  std::unordered_map<std::size_t, std::vector<Line>> laid_out_;
};

}  // namespace ride::replay
