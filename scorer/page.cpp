#include "scorer/page.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "scorer/text.hpp"

namespace ride::scorer {
namespace {

constexpr std::size_t narrow_below = 60;
constexpr std::size_t narrow_indent = 4;
constexpr std::size_t width_min = 20;

const char* code_of(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return "";
    case Tone::bold:
      return "\x1b[1m";
    case Tone::dim:
      return "\x1b[2m";
    case Tone::green:
      return "\x1b[32m";
    case Tone::red:
      return "\x1b[31m";
    case Tone::yellow:
      return "\x1b[33m";
  }
  return "";
}

}  // namespace

Tone tone_of(Mark mark) {
  switch (mark) {
    case Mark::pass:
      return Tone::green;
    case Mark::fail:
      return Tone::red;
    case Mark::unknown:
      return Tone::yellow;
  }
  return Tone::plain;
}

std::string Page::toned(std::string_view text, Tone tone) const {
  if (!style_.color || tone == Tone::plain) return std::string(text);
  return code_of(tone) + std::string(text) + "\x1b[0m";
}

void Page::heading(std::string_view text) {
  for (const auto& line : wrap(printable_line(text), std::max(style_.width, width_min)))
    text_ += toned(line, Tone::bold) + '\n';
}

void Page::item(std::string_view lead, std::string_view text, Tone tone) {
  const auto width = std::max(style_.width, width_min);
  const auto lead_width = display_width(lead);
  const bool narrow = width < narrow_below;
  const auto indent = narrow ? std::min(lead_width, narrow_indent) : lead_width;

  // The first line has the lead in front: wrap it as a word that cannot be broken.
  const std::string filler(lead_width - indent, 'x');
  auto lines = wrap(filler + printable_line(text), width - std::min(width / 2, indent));
  if (lines.empty()) lines.emplace_back(filler);
  text_ += toned(lead, tone);
  text_ += std::string_view(lines.front()).substr(std::min(filler.size(), lines.front().size()));
  text_ += '\n';
  for (auto line = std::next(lines.begin()); line != lines.end(); ++line)
    text_ += std::string(indent, ' ') + *line + '\n';
}

}  // namespace ride::scorer
