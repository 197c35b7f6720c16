#include "replay/timeline.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "replay/lanes.hpp"
#include "sql/token.hpp"

namespace ride::replay {
namespace {

std::int64_t number_of(const Moment& moment) {
  if (const auto* statement = std::get_if<StatementBegan>(&moment.what)) return statement->n;
  if (const auto* answer = std::get_if<StatementEnded>(&moment.what)) return answer->n;
  return std::get<Note>(moment.what).n;
}

bool begins(const Moment& moment) { return std::holds_alternative<StatementBegan>(moment.what); }

// Looks for words in one text after the other.
class Seeker {
 public:
  explicit Seeker(std::string_view words) : words_(words) {}

  bool in(std::string_view text) const {
    return sql::find_ignoring_case(text, words_) != std::string_view::npos;
  }
  bool in(const std::string& text) const { return in(std::string_view(text)); }
  bool in(const std::optional<std::string>& value) const {
    return value && in(std::string_view(*value));
  }
  template <class Values>
  bool in_any(const Values& values) const {
    return std::any_of(values.begin(), values.end(), [&](const auto& value) { return in(value); });
  }

  bool in(const StatementBegan& what) const {
    return in(std::string_view(what.text)) || in_any(what.parameters);
  }
  bool in(const StatementEnded& what) const {
    if (in(std::string_view(what.tag)) || in(std::string_view(what.copied))) return true;
    if (in_any(what.notices)) return true;
    if (what.error) {
      const auto& error = *what.error;
      if (in_any(std::array<std::string_view, 4>{error.sqlstate, error.message, error.detail,
                                                 error.hint}))
        return true;
    }
    return std::any_of(what.columns.begin(), what.columns.end(),
                       [&](const auto& column) { return in(std::string_view(column.label)); }) ||
           std::any_of(what.rows.begin(), what.rows.end(),
                       [&](const auto& row) { return in_any(row); });
  }
  bool in(const Note& what) const {
    return in(std::string_view(what.subject + " " + what.text)) || in(std::string_view(what.kind));
  }

 private:
  std::string_view words_;
};

}  // namespace

bool is_marker(const Moment& moment) {
  constexpr std::array<std::string_view, 11> kinds{"actor",  "probe",   "hint",     "log",
                                                   "submit", "gap",     "evidence", "trap",
                                                   "harm",   "comment", "cancel"};
  const auto* note = std::get_if<Note>(&moment.what);
  return note != nullptr && std::find(kinds.begin(), kinds.end(), note->kind) != kinds.end();
}

bool mentions(const Moment& moment, std::string_view words) {
  return std::visit([&](const auto& what) { return Seeker(words).in(what); }, moment.what);
}

Timeline::Timeline(std::vector<Moment> moments, std::int64_t idle_us_max)
    : moments_(std::move(moments)), idle_us_max_(idle_us_max) {
  arrange();
}

void Timeline::arrange() {
  played_.clear();
  markers_.clear();
  std::int64_t now = 0;
  for (std::size_t i = 0; i < moments_.size(); ++i) {
    // Two threads may record in one order and read the clock in the other.
    auto passed = i == 0 ? 0 : std::max<std::int64_t>(0, moments_[i].at_us - moments_[i - 1].at_us);
    if (idle_us_max_ > 0) passed = std::min(passed, idle_us_max_);
    played_.push_back(now += passed);
    if (is_marker(moments_[i])) markers_.push_back(i);
  }
  lanes_ = lanes_of(moments_, lane_count_);
  folded_ = items_of(moments_, true);
  unfolded_ = items_of(moments_, false);
}

std::size_t Timeline::shown_at(std::int64_t played_us) const {
  return static_cast<std::size_t>(std::upper_bound(played_.begin(), played_.end(), played_us) -
                                  played_.begin());
}

std::int64_t Timeline::recorded_at(std::int64_t played_us) const {
  const auto shown = shown_at(played_us);
  if (shown == 0) return 0;
  const auto& last = moments_[shown - 1];
  const auto recorded = last.since_us + (played_us - played_[shown - 1]);
  return shown == size() ? last.since_us : std::min(recorded, moments_[shown].since_us);
}

std::size_t Timeline::items_shown(bool folded, std::size_t shown) const {
  const auto& all = items(folded);
  const auto hidden = std::partition_point(
      all.begin(), all.end(), [&](const Item& item) { return item.first + item.count <= shown; });
  return static_cast<std::size_t>(hidden - all.begin());
}

std::size_t Timeline::item_of(bool folded, std::size_t moment) const {
  return items_shown(folded, moment);  // those before it end at or before its index
}

std::vector<std::size_t> Timeline::statements(bool folded) const {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < moments_.size(); ++i)
    if (begins(moments_[i]) && !(folded && is_tool_noise(moments_[i]))) out.push_back(i);
  return out;
}

std::optional<std::size_t> Timeline::statement_numbered(std::int64_t n) const {
  for (std::size_t i = 0; i < moments_.size(); ++i)
    if (n > 0 && begins(moments_[i]) && number_of(moments_[i]) == n) return i;
  return std::nullopt;
}

std::int64_t Timeline::number_at(std::size_t shown) const {
  for (auto i = shown; i-- > 0;)
    if (begins(moments_[i]) && number_of(moments_[i]) > 0) return number_of(moments_[i]);
  return 0;
}

std::optional<std::size_t> Timeline::find(std::string_view words, std::size_t from,
                                          bool backwards) const {
  if (backwards) {
    for (auto i = from; i-- > 0;)
      if (mentions(moments_[i], words)) return i;
    return std::nullopt;
  }
  for (auto i = from; i < size(); ++i)
    if (mentions(moments_[i], words)) return i;
  return std::nullopt;
}

std::size_t Timeline::add(Note note) {
  std::size_t place = 0;
  for (std::size_t i = 0; i < size(); ++i)
    if (number_of(moments_[i]) == note.n) place = i + 1;
  assert(place > 0);
  const auto& at = moments_[place - 1];
  Moment moment{at.seq, at.at_us, at.since_us, at.connection, std::move(note)};
  moments_.insert(moments_.begin() + static_cast<std::ptrdiff_t>(place), std::move(moment));
  arrange();
  return place;
}

}  // namespace ride::replay
