// Lines of a card: wrapped under a hanging indent, made harmless, and coloured where asked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "scorer/card.hpp"
#include "scorer/grade.hpp"

namespace ride::scorer {

enum class Tone : std::uint8_t { plain, bold, dim, green, red, yellow };

Tone tone_of(Mark mark);

class Page {
 public:
  explicit Page(CardStyle style) : style_(style) {}

  void blank() { text_ += '\n'; }
  void heading(std::string_view text);
  // `lead` (of ride's own making) stands once, in `tone`; `text` is wrapped beside it, or, where
  // the page is narrow, under it by 4 columns.
  void item(std::string_view lead, std::string_view text, Tone tone = Tone::plain);

  std::string take() { return std::move(text_); }

 private:
  std::string toned(std::string_view text, Tone tone) const;

  CardStyle style_;
  std::string text_;
};

}  // namespace ride::scorer
