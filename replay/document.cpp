#include "replay/document.hpp"

#include <algorithm>

#include "sql/token.hpp"

namespace ride::replay {
namespace {

constexpr std::size_t items_kept_max = 512;

}  // namespace

void Document::set(const DocumentStyle& style) {
  if (style == style_) return;
  style_ = style;
  forget();
}

Place Document::first() {
  for (std::size_t i = 0; i < items_; ++i)
    if (!lines(i).empty()) return {i, 0};
  return {};
}

Place Document::last() {
  for (auto i = items_; i-- > 0;)
    if (const auto count = lines(i).size(); count > 0) return {i, count - 1};
  return {};
}

Place Document::nearest(Place place) {
  if (place.item >= items_ || lines(place.item).empty()) return last();
  return {place.item, std::min(place.line, lines(place.item).size() - 1)};
}

Place Document::up(Place from, std::size_t count) {
  while (count > 0) {
    if (from.line > 0) {
      const auto step = std::min(from.line, count);
      from.line -= step;
      count -= step;
      continue;
    }
    auto item = from.item;
    while (item > 0 && lines(item - 1).empty()) --item;
    if (item == 0) break;
    from = {item - 1, lines(item - 1).size() - 1};
    --count;
  }
  return from;
}

Place Document::down(Place from, std::size_t count) {
  while (count > 0 && from.item < items_) {
    const auto size = lines(from.item).size();
    if (from.line + 1 < size) {
      const auto step = std::min(size - 1 - from.line, count);
      from.line += step;
      count -= step;
      continue;
    }
    auto item = from.item + 1;
    while (item < items_ && lines(item).empty()) ++item;
    if (item >= items_) break;
    from = {item, 0};
    --count;
  }
  return from;
}

Place Document::place_of(std::size_t moment) {
  auto item = timeline_.item_of(style_.folded, moment);
  while (item < items_ && lines(item).empty()) ++item;
  return item < items_ ? Place{item, 0} : last();
}

Place Document::place_with(Place from, std::string_view words) {
  if (from.item >= items_) return from;
  const auto& all = lines(from.item);
  for (auto i = from.line; i < all.size(); ++i)
    if (sql::find_ignoring_case(plain_text(all[i]), words) != std::string::npos)
      return {from.item, i};
  return from;
}

std::vector<Line> Document::window(Place bottom, std::size_t rows) {
  std::vector<Line> out;
  for (auto item = bottom.item + 1; item-- > 0 && out.size() < rows;) {
    if (item >= items_) continue;
    const auto& all = lines(item);
    auto end = item == bottom.item ? std::min(bottom.line + 1, all.size()) : all.size();
    while (end > 0 && out.size() < rows) out.push_back(all[--end]);
  }
  std::reverse(out.begin(), out.end());
  return out;
}

const std::vector<Line>& Document::lines(std::size_t item) {
  const auto known = laid_out_.find(item);
  if (known != laid_out_.end()) return known->second;
  if (laid_out_.size() >= items_kept_max) laid_out_.clear();
  return laid_out_[item] = lay_out(timeline_.items(style_.folded)[item]);
}

std::vector<Line> Document::lay_out(const Item& item) const {
  const auto& moment = timeline_.moments()[item.first];
  const auto* note = std::get_if<Note>(&moment.what);
  if (note != nullptr && note->kind == "comment" && !style_.comments) return {};
  const auto lead = gutter(item.first + item.count - 1);
  const LayoutStyle style{style_.width - std::min(style_.width, width_of(lead)), style_.rows_max,
                          style_.expanded};
  auto out = item.folded ? lines_of(item.fold, style) : lines_of(moment, item.below, style);
  for (auto& line : out) {
    line.insert(line.begin(), lead.begin(), lead.end());
    line = cut(std::move(line), style_.width);
  }
  return out;
}

// One column for each lane, where several connections were open at a time.
Line Document::gutter(std::size_t moment) const {
  if (timeline_.lane_count() < 2) return {};
  const auto& lanes = timeline_.lanes(moment);
  Line out;
  for (std::size_t i = 0; i < timeline_.lane_count(); ++i) {
    const auto has = [i](std::uint8_t bits) { return ((bits >> i) & 1U) != 0; };
    if (lanes.own == i)
      out.push_back({Paint::lane, "┃"});
    else
      out.push_back({Paint::dim, has(lanes.busy) ? "│" : has(lanes.open) ? "·" : " "});
  }
  out.push_back({Paint::plain, " "});
  return out;
}

}  // namespace ride::replay
