#include "replay/player.hpp"

#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>

#include "sql/token.hpp"

namespace ride::replay {
namespace {

constexpr double speed_min = 1.0 / 16;
constexpr double speed_max = 1024;
constexpr std::int64_t seek_us = 5'000'000;
constexpr std::size_t input_bytes_max = 2'000;

}  // namespace

Player::Player(Timeline timeline, PlayerOptions options)
    : timeline_(std::move(timeline)),
      options_(std::move(options)),
      document_(timeline_),
      speed_(std::clamp(options_.speed, speed_min, speed_max)),
      playing_(!options_.paused) {
  style_.folded = !options_.tool_queries;
  shown_ = timeline_.shown_at(0);
  restyle();
}

void Player::resize(ScreenSize size) {
  size_ = {std::max<std::size_t>(size.rows, 1), std::max<std::size_t>(size.columns, 1)};
  restyle();
  if (bottom_) bottom_ = document_.nearest(*bottom_);  // the same moment, laid out anew
}

void Player::restyle() {
  style_.width = size_.columns;
  document_.set(style_);
  document_.show(shown_);
}

void Player::pass(std::int64_t elapsed_us) {
  if (!playing_) return;
  played_us_ += static_cast<std::int64_t>(static_cast<double>(elapsed_us) * speed_);
  if (played_us_ >= timeline_.length_us()) {
    played_us_ = timeline_.length_us();
    playing_ = false;
  }
  shown_ = std::max(shown_, timeline_.shown_at(played_us_));
  document_.show(shown_);
}

std::optional<std::int64_t> Player::due_in_us() const {
  if (!playing_) return std::nullopt;
  const auto next = shown_ < timeline_.size() ? timeline_.played_at(shown_) : timeline_.length_us();
  const auto left = static_cast<double>(std::max<std::int64_t>(next - played_us_, 0)) / speed_;
  return static_cast<std::int64_t>(left) + 1;
}

void Player::press(const KeyPress& press) {
  message_.clear();
  if (asking_ != Asking::nothing) return typed(press);
  if (std::exchange(help_, false)) return;
  if (press.key == Key::character) return command(press.character);
  if (press.key == Key::left) return seek(-seek_us);
  if (press.key == Key::right) return seek(seek_us);
  scroll(press.key);
}

void Player::command(const std::string& character) {
  const auto is = [&](const char* key) { return character == key; };
  if (is("q")) ended_ = true;
  if (is("?") || is("h")) help_ = true;
  if (is(" ")) play_or_pause();
  if (is(".")) next_statement();
  if (is(",")) last_statement();
  if (is("]")) marker(true);
  if (is("[")) marker(false);
  if (is(">")) speed_ = std::min(speed_ * 2, speed_max);
  if (is("<")) speed_ = std::max(speed_ / 2, speed_min);
  if (is("/")) asking_ = Asking::words;
  if (is("n")) search(true);
  if (is("N")) search(false);
  if (is("g")) asking_ = Asking::number;
  if (is("G")) scroll(Key::end);
  if (is("c")) begin_comment();
  if (is("j")) scroll(Key::down);
  if (is("k")) scroll(Key::up);
  const auto toggle = [&](bool& what, const char* on, const char* off) {
    what = !what;
    bottom_.reset();
    restyle();
    message_ = what ? on : off;
  };
  if (is("C")) toggle(style_.comments, "comments are shown", "comments are hidden");
  if (is("t")) toggle(style_.folded, "clients' own queries are folded", "… are shown");
  if (is("x")) toggle(style_.expanded, "one line for each value", "results as tables");
}

void Player::play_or_pause() {
  if (!playing_ && shown_ == timeline_.size()) {
    shown_ = timeline_.shown_at(0);
    played_us_ = 0;
    document_.show(shown_);
  }
  playing_ = !playing_;
  bottom_.reset();
}

void Player::seek(std::int64_t by_us) {
  played_us_ = std::clamp<std::int64_t>(played_us_ + by_us, 0, timeline_.length_us());
  shown_ = timeline_.shown_at(played_us_);
  document_.show(shown_);
  bottom_.reset();
}

void Player::jump(std::size_t shown, std::size_t moment) {
  playing_ = false;
  // What is folded into one line is shown whole or not at all.
  const auto& items = timeline_.items(style_.folded);
  if (shown > 0) {
    const auto& item = items[timeline_.item_of(style_.folded, shown - 1)];
    shown_ = item.folded ? item.first + item.count : shown;
  } else {
    shown_ = 0;
  }
  played_us_ = shown_ == 0 ? 0 : timeline_.played_at(shown_ - 1);
  document_.show(shown_);
  see(moment);
}

// The end of the page where that shows the moment's first line, else the moment at the top.
void Player::see(std::size_t moment) {
  bottom_.reset();
  if (shown_ == 0) return;
  const auto place = document_.place_of(std::min(moment, shown_ - 1));
  const auto below = document_.down(place, body_rows() - 1);
  if (below < document_.last()) bottom_ = below;
}

void Player::next_statement() {
  const auto all = timeline_.statements(style_.folded);
  const auto next = std::lower_bound(all.begin(), all.end(), shown_);
  if (next == all.end()) {
    message_ = "that was the last statement";
    return jump(timeline_.size(), timeline_.size());
  }
  jump(next + 1 == all.end() ? timeline_.size() : next[1], *next);
}

void Player::last_statement() {
  const auto all = timeline_.statements(style_.folded);
  const auto next = std::lower_bound(all.begin(), all.end(), shown_);
  if (next - all.begin() < 2) return jump(0, 0);
  jump(next[-1], next[-2]);
}

void Player::marker(bool next) {
  const auto& all = timeline_.markers();
  if (next) {
    const auto found = std::lower_bound(all.begin(), all.end(), shown_);
    if (found == all.end())
      message_ = "no marker follows";
    else
      jump(*found + 1, *found);
    return;
  }
  const auto found = std::lower_bound(all.begin(), all.end(), shown_ == 0 ? 0 : shown_ - 1);
  if (found == all.begin())
    message_ = "no marker before this";
  else
    jump(found[-1] + 1, found[-1]);
}

void Player::search(bool next) {
  if (words_.empty()) {
    message_ = "nothing to search for; / begins";
    return;
  }
  const auto from = next ? shown_ : shown_ == 0 ? 0 : shown_ - 1;
  const auto found = timeline_.find(words_, from, !next);
  if (!found) {
    message_ = next ? "not found from here on" : "not found before this";
    return;
  }
  jump(*found + 1, *found);
  const auto line = document_.place_with(document_.place_of(*found), words_);
  const auto below = document_.down(line, body_rows() / 2);
  if (document_.up(document_.last(), body_rows() - 1) > line) bottom_ = below;
}

void Player::go_to_number(const std::string& digits) {
  std::int64_t n = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), n);
  const auto found = timeline_.statement_numbered(n);
  if (!found) {
    message_ = "there is no statement " + digits + "; the last is " +
               std::to_string(timeline_.last_number());
    return;
  }
  const auto all = timeline_.statements(false);
  const auto next = std::upper_bound(all.begin(), all.end(), *found);
  jump(next == all.end() ? timeline_.size() : *next, *found);
}

void Player::begin_comment() {
  if (!options_.comment) {
    message_ = "comments cannot be kept here";
  } else if (timeline_.number_at(shown_) == 0) {
    message_ = "no statement to comment on yet";
  } else {
    playing_ = false;
    asking_ = Asking::comment;
  }
}

void Player::keep_comment() {
  try {
    const auto place = timeline_.add(options_.comment(timeline_.number_at(shown_), input_));
    document_.forget();
    style_.comments = true;
    restyle();
    jump(std::max(shown_ + 1, place + 1), place);
  } catch (const std::exception& error) {
    message_ = error.what();
  }
}

void Player::typed(const KeyPress& press) {
  if (press.key == Key::enter) return answered();
  if (press.key == Key::escape) {
    asking_ = Asking::nothing;
    input_.clear();
  } else if (press.key == Key::backspace) {
    while (!input_.empty() && (static_cast<unsigned char>(input_.back()) & 0xC0U) == 0x80)
      input_.pop_back();
    if (!input_.empty()) input_.pop_back();
  } else if (press.key == Key::character && input_.size() < input_bytes_max) {
    input_ += press.character;
  }
}

void Player::answered() {
  const auto asked = std::exchange(asking_, Asking::nothing);
  if (!input_.empty() && asked == Asking::number) go_to_number(input_);
  if (!input_.empty() && asked == Asking::comment) keep_comment();
  if (asked == Asking::words) {
    if (!input_.empty()) words_ = sql::lower(input_);
    search(true);
  }
  input_.clear();
}

void Player::scroll(Key key) {
  const auto last = document_.last();
  const auto top = document_.down(document_.first(), body_rows() - 1);  // cannot go above
  const auto page = std::max<std::size_t>(body_rows() - 1, 1);
  auto bottom = bottom_.value_or(last);
  if (key == Key::up) bottom = document_.up(bottom, 1);
  if (key == Key::down) bottom = document_.down(bottom, 1);
  if (key == Key::page_up) bottom = document_.up(bottom, page);
  if (key == Key::page_down) bottom = document_.down(bottom, page);
  if (key == Key::home) bottom = top;
  if (key == Key::end) bottom = last;
  bottom = std::max(bottom, top);
  bottom_ = bottom < last ? std::optional(bottom) : std::nullopt;
}

}  // namespace ride::replay
