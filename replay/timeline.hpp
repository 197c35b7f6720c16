// A whole attempt in memory, for going to and fro in it: what is shown at a time of playback, where
// statements and markers are, which connections were open, what mentions a word. Pure: time is a
// parameter, and idle time is cut to a limit.
//
// A position is how many moments are shown, from 0 to size(). One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "replay/fold.hpp"
#include "replay/moment.hpp"

namespace ride::replay {

inline constexpr std::size_t lanes_max = 8;  // further connections share the last one

// What the lanes look like beside one moment. A lane belongs to a connection while it is open, and
// then to the next one.
struct Lanes {
  std::optional<std::size_t> own;  // of the moment's connection
  std::uint8_t open = 0;           // bits
  std::uint8_t busy = 0;           // those with a statement under way
};

class Timeline {
 public:
  // Between two moments pass at most `idle_us_max` microseconds of playback; 0: as many as passed.
  Timeline(std::vector<Moment> moments, std::int64_t idle_us_max);

  const std::vector<Moment>& moments() const { return moments_; }
  std::size_t size() const { return moments_.size(); }

  // Playback time, microseconds: when the moment is shown; when the last one is.
  std::int64_t played_at(std::size_t moment) const { return played_[moment]; }
  std::int64_t length_us() const { return played_.empty() ? 0 : played_.back(); }
  std::size_t shown_at(std::int64_t played_us) const;
  // The attempt's own time then, since its beginning.
  std::int64_t recorded_at(std::int64_t played_us) const;

  // With clients' own queries folded, or not.
  const std::vector<Item>& items(bool folded) const { return folded ? folded_ : unfolded_; }
  std::size_t items_shown(bool folded, std::size_t shown) const;
  std::size_t item_of(bool folded, std::size_t moment) const;

  std::size_t lane_count() const { return lane_count_; }
  const Lanes& lanes(std::size_t moment) const { return lanes_[moment]; }

  // Moments at which a statement begins, ascending; without clients' own where those are folded.
  std::vector<std::size_t> statements(bool folded) const;
  std::optional<std::size_t> statement_numbered(std::int64_t n) const;
  // Of the last statement shown; 0: none.
  std::int64_t number_at(std::size_t shown) const;
  std::int64_t last_number() const { return number_at(size()); }
  // Moments that people look for, ascending: notes on actors, probes, hints, evidence, traps …
  const std::vector<std::size_t>& markers() const { return markers_; }

  // The nearest moment from `from` on (or, backwards, before it) that mentions the words, in lower
  // case; letters of ASCII match in any case.
  std::optional<std::size_t> find(std::string_view words, std::size_t from, bool backwards) const;

  // Adds a note behind what is told of statement `note.n`, which must be there; returns its place.
  std::size_t add(Note note);

 private:
  void arrange();

  std::vector<Moment> moments_;
  std::int64_t idle_us_max_;
  std::vector<std::int64_t> played_;
  std::vector<Lanes> lanes_;
  std::size_t lane_count_ = 0;
  std::vector<std::size_t> markers_;
  std::vector<Item> folded_, unfolded_;
};

bool is_marker(const Moment& moment);
bool mentions(const Moment& moment, std::string_view words);

}  // namespace ride::replay
