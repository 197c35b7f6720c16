// What the player's screen looks like: the page, a bar of time with its markers, a line of status.
#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "replay/player.hpp"
#include "scorer/text.hpp"

namespace ride::replay {
namespace {

constexpr std::array<const char*, 9> help_lines{
    "space  play, pause     . ,  statement",  //
    "] [  next, last marker",
    "> <  faster, slower    ← →  5 seconds",
    "/ n N  search          g  go to number",
    "↑ ↓ PgUp PgDn Home End  scroll",
    "c  write a comment     C  show, hide",
    "t  clients' own queries, folded or not",
    "x  one line for each value, as psql's \\x",
    "?  this                q  quit",
};

std::string speed_text(double speed) {
  char text[32];
  std::snprintf(text, sizeof text, "%gx", speed);
  return text;
}

// One whole row in the paint of bars.
Line bar_of(const std::string& text, std::size_t columns) {
  return line_of(scorer::fit(text, columns), Paint::status);
}

// While something is typed: its end stays in sight.
Line prompt_of(const std::string& lead, const std::string& input, std::size_t columns) {
  auto text = scorer::printable_line(input);
  const auto room = columns - std::min(columns, scorer::display_width(lead) + 1);
  const auto continues = [&] { return (static_cast<unsigned char>(text[0]) & 0xC0U) == 0x80; };
  while (!text.empty() && (scorer::display_width(text) > room || continues())) text.erase(0, 1);
  return bar_of(lead + text, columns);
}

Paint paint_of(const Moment& moment) {
  const auto weight = std::get<Note>(moment.what).weight;
  return weight == Weight::good ? Paint::good : weight == Weight::bad ? Paint::bad : Paint::bold;
}

}  // namespace

std::size_t Player::body_rows() const {
  const std::size_t bars = size_.rows >= 6 ? 2 : 1;
  return std::max<std::size_t>(size_.rows, bars + 1) - bars;
}

std::vector<Line> Player::body() {
  std::vector<Line> out;
  if (help_) {
    for (const auto* text : help_lines) out.push_back(line_of(scorer::cut(text, size_.columns)));
    out.resize(std::min(out.size(), body_rows()));
  } else {
    const auto bottom = bottom_.value_or(document_.last());
    out = document_.window(bottom, body_rows());
    for (auto& line : out) line = with_found(line, words_);
  }
  out.resize(body_rows());
  return out;
}

// Where time is, and where markers are: those of a cell share one sign, the gravest's.
Line Player::progress() const {
  const auto columns = size_.columns;
  const auto length = std::max<std::int64_t>(timeline_.length_us(), 1);
  const auto column_of = [&](std::int64_t us) {
    return std::min(static_cast<std::size_t>(static_cast<double>(us) / static_cast<double>(length) *
                                             static_cast<double>(columns)),
                    columns - 1);
  };
  const auto now = column_of(played_us_);
  std::vector<Span> cells(columns, {Paint::dim, "─"});
  for (std::size_t i = 0; i <= now && shown_ > 0; ++i) cells[i] = {Paint::plain, "━"};
  for (const auto marker : timeline_.markers()) {
    auto& cell = cells[column_of(timeline_.played_at(marker))];
    const auto paint = paint_of(timeline_.moments()[marker]);
    if (cell.text != "◆" || paint == Paint::bad) cell = {paint, "◆"};
  }
  Line out;
  for (auto& cell : cells) {
    if (!out.empty() && out.back().paint == cell.paint)
      out.back().text += cell.text;
    else
      out.push_back(std::move(cell));
  }
  return out;
}

Line Player::status() const {
  if (asking_ == Asking::words) return prompt_of("/", input_, size_.columns);
  if (asking_ == Asking::number) return prompt_of("go to #", input_, size_.columns);
  if (asking_ == Asking::comment)
    return prompt_of("on #" + std::to_string(timeline_.number_at(shown_)) + ": ", input_,
                     size_.columns);
  if (!message_.empty()) return bar_of(" " + scorer::printable_line(message_), size_.columns);
  const bool over = shown_ == timeline_.size();
  std::string text = playing_ ? " playing " : over ? " end " : " paused ";
  // What there is no room for is left out, the least important first.
  const auto whole = timeline_.size() == 0 ? 0 : timeline_.moments().back().since_us;
  const auto time = clock_of(timeline_.recorded_at(played_us_));
  for (const auto& part :
       {speed_text(speed_),
        "#" + std::to_string(timeline_.number_at(shown_)) + "/" +
            std::to_string(timeline_.last_number()),
        time, "of " + clock_of(whole), std::string(bottom_ ? "scrolled, End follows" : ""),
        std::string("? help, q quit")}) {
    if (part.empty() || text.size() + part.size() + 2 > size_.columns) continue;
    text += " " + part + " ";
  }
  return bar_of(text, size_.columns);
}

Screen Player::screen() {
  Screen out;
  out.rows = body();
  if (size_.rows >= 6) out.rows.push_back(progress());
  out.rows.push_back(status());
  if (size_.rows < out.rows.size())
    out.rows.erase(out.rows.begin(), out.rows.end() - static_cast<std::ptrdiff_t>(size_.rows));
  if (asking_ != Asking::nothing) {
    const auto text = plain_text(out.rows.back());
    const auto end = text.find_last_not_of(' ') + 1;
    out.cursor = std::min(scorer::display_width(text.substr(0, end)), size_.columns - 1);
  }
  return out;
}

}  // namespace ride::replay
