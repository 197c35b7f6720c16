#include "scorer/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace ride::scorer {
namespace {

struct Character {
  std::string_view bytes;
  char32_t code = 0;
  bool valid = true;
};

// The character at the start of `text`, which is not empty; an invalid byte is a character of its
// own.
Character first(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  if (lead < 0x80) return {text.substr(0, 1), lead, true};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  const Character invalid{text.substr(0, 1), lead, false};
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return invalid;
  char32_t code = lead & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) return invalid;
    code = (code << 6U) | (byte(i) & 0x3FU);
  }
  const bool too_long = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
  if (too_long || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return invalid;
  return {text.substr(0, size), code, true};
}

struct Range {
  char32_t from;
  char32_t to;
};

template <std::size_t size>
bool within(const std::array<Range, size>& ranges, char32_t code) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](Range range) { return code >= range.from && code <= range.to; });
}

// Take no column: combining marks, variation selectors.
constexpr std::array<Range, 12> combining{{{0x300, 0x36F},
                                           {0x483, 0x489},
                                           {0x591, 0x5BD},
                                           {0x610, 0x61A},
                                           {0x64B, 0x65F},
                                           {0x900, 0x902},
                                           {0xE31, 0xE31},
                                           {0xE34, 0xE3A},
                                           {0x1AB0, 0x1AFF},
                                           {0x1DC0, 0x1DFF},
                                           {0x20D0, 0x20FF},
                                           {0xFE00, 0xFE0F}}};

// Take two columns.
constexpr std::array<Range, 9> wide{{{0x1100, 0x115F},
                                     {0x2E80, 0x303E},
                                     {0x3041, 0xA4CF},
                                     {0xA960, 0xA97C},
                                     {0xAC00, 0xD7A3},
                                     {0xF900, 0xFAFF},
                                     {0xFE30, 0xFE6F},
                                     {0xFF00, 0xFF60},
                                     {0x1F300, 0x3FFFD}}};

// Are seen by nobody, or change the order in which others are seen.
constexpr std::array<Range, 10> deceiving{{{0xAD, 0xAD},
                                           {0x61C, 0x61C},
                                           {0x115F, 0x1160},
                                           {0x180E, 0x180E},
                                           {0x200B, 0x200F},
                                           {0x2028, 0x202E},
                                           {0x2060, 0x206F},
                                           {0xFEFF, 0xFEFF},
                                           {0xFFF9, 0xFFFB},
                                           {0xE0000, 0xE0FFF}}};

void append_hex(std::string& out, const char* prefix, char32_t code, int digits_min) {
  std::string digits;
  for (; code != 0 || static_cast<int>(digits.size()) < digits_min; code >>= 4U)
    digits.insert(digits.begin(), "0123456789abcdef"[code & 0xFU]);
  out += prefix + digits;
}

void append_printable(std::string& out, const Character& character) {
  if (!character.valid) return append_hex(out, "\\x", character.code, 2);
  if (character.code < 0x20 || character.code == 0x7F) {
    out += '^';
    out += static_cast<char>(character.code ^ 0x40U);
  } else if (character.code >= 0x80 && character.code < 0xA0) {
    append_hex(out, "\\x", character.code, 2);
  } else if (within(deceiving, character.code)) {
    append_hex(out, "\\u", character.code, 4);
  } else {
    out += character.bytes;
  }
}

void append_json_unit(std::string& out, char32_t unit) { append_hex(out, "\\u", unit, 4); }

// A character inside a JSON text. Serializers escape what is below 0x20 themselves.
void append_json(std::string& out, const Character& character) {
  if (!character.valid) {
    out += "\xEF\xBF\xBD";
  } else if (character.code < 0x7F ||
             (character.code >= 0xA0 && !within(deceiving, character.code))) {
    out += character.bytes;
  } else if (character.code < 0x10000) {
    append_json_unit(out, character.code);
  } else {
    append_json_unit(out, 0xD800 + ((character.code - 0x10000) >> 10U));
    append_json_unit(out, 0xDC00 + ((character.code - 0x10000) & 0x3FFU));
  }
}

std::size_t width_of(const Character& character) {
  if (character.code < 0x300) return 1;
  if (within(combining, character.code)) return 0;
  return within(wide, character.code) ? 2 : 1;
}

// The longest beginning of `text` that takes at most `width` columns.
std::string_view beginning(std::string_view text, std::size_t width) {
  std::size_t size = 0;
  for (std::size_t used = 0; size < text.size();) {
    const auto character = first(text.substr(size));
    used += width_of(character);
    if (used > width) break;
    size += character.bytes.size();
  }
  return text.substr(0, size);
}

// Where the first line of `text` ends when it may take `width` columns; never 0 for non-empty text.
std::size_t line_end(std::string_view text, std::size_t width) {
  const auto fitting = beginning(text, width).size();
  if (fitting == text.size()) return fitting;
  if (fitting == 0) return first(text).bytes.size();
  const auto space = text[fitting] == ' ' ? fitting : text.rfind(' ', fitting);
  return space == text.npos || space == 0 ? fitting : space;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto character = first(text);
    if (character.code == '\n' || character.code == '\t') {
      out += character.bytes;
    } else {
      append_printable(out, character);
    }
    text.remove_prefix(character.bytes.size());
  }
  return out;
}

std::string printable_line(std::string_view text) {
  std::string out;
  for (const char c : printable(text)) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      out += c;
    }
  }
  return out;
}

std::string printable_json(std::string_view json) {
  std::string out;
  out.reserve(json.size());
  while (!json.empty()) {
    const auto character = first(json);
    append_json(out, character);
    json.remove_prefix(character.bytes.size());
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const auto character = first(text);
    width += width_of(character);
    text.remove_prefix(character.bytes.size());
  }
  return width;
}

std::string cut(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  return std::string(beginning(text, width == 0 ? 0 : width - 1)) + "…";
}

std::string fit(std::string_view text, std::size_t width) {
  auto out = cut(text, width);
  out.append(width - std::min(width, display_width(out)), ' ');
  return out;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto newline = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, newline);
    do {
      const auto end = line_end(line, width);
      auto piece = line.substr(0, end);
      piece.remove_suffix(piece.size() - (piece.find_last_not_of(' ') + 1));
      lines.emplace_back(piece);
      line.remove_prefix(std::min(line.size(), line.find_first_not_of(' ', end)));
    } while (!line.empty());
    text.remove_prefix(std::min(text.size(), newline + 1));
  }
  return lines;
}

}  // namespace ride::scorer
