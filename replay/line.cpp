#include "replay/line.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "scorer/text.hpp"
#include "sql/token.hpp"

namespace ride::replay {
namespace {

constexpr std::size_t sql_bytes_shown_max = 16'384;

const char* code_of(Paint paint) {
  switch (paint) {
    case Paint::plain:
      return "";
    case Paint::bold:
      return "\x1b[1m";
    case Paint::dim:
    case Paint::comment:
      return "\x1b[2m";
    case Paint::good:
      return "\x1b[32m";
    case Paint::bad:
      return "\x1b[31m";
    case Paint::keyword:
      return "\x1b[36m";
    case Paint::literal:
      return "\x1b[33m";
    case Paint::lane:
      return "\x1b[35m";
    case Paint::found:
    case Paint::status:
      return "\x1b[7m";
  }
  return "";
}

// Words that the grammar knows are often names of columns (state, name, type): those count as
// keywords where they are written in capitals or begin the statement.
bool is_keyword(const sql::Token& token, bool first) {
  if (token.kind != sql::TokenKind::word || token.keyword == sql::Keyword::none) return false;
  if (first || token.keyword == sql::Keyword::reserved) return true;
  return std::none_of(token.text.begin(), token.text.end(),
                      [](unsigned char c) { return std::islower(c) != 0; });
}

Paint paint_of(const sql::Token& token, bool first) {
  if (is_keyword(token, first)) return Paint::keyword;
  if (token.kind == sql::TokenKind::string || token.kind == sql::TokenKind::parameter)
    return Paint::literal;
  return token.kind == sql::TokenKind::comment ? Paint::comment : Paint::plain;
}

void append(Line& line, Paint paint, std::string_view text) {
  if (text.empty()) return;
  if (!line.empty() && line.back().paint == paint)
    line.back().text += text;
  else
    line.push_back({paint, std::string(text)});
}

}  // namespace

Line line_of(std::string text, Paint paint) {
  Line line;
  if (!text.empty()) line.push_back({paint, std::move(text)});
  return line;
}

std::string plain_text(const Line& line) {
  std::string out;
  for (const auto& span : line) out += span.text;
  return out;
}

std::size_t width_of(const Line& line) { return scorer::display_width(plain_text(line)); }

Line cut(Line line, std::size_t width) {
  if (width_of(line) <= width) return line;
  std::size_t left = width;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto wide = scorer::display_width(line[i].text);
    if (wide < left) {
      left -= wide;
      continue;
    }
    // Whatever follows does not fit, so a mark stands here even where this span alone would.
    line[i].text = scorer::cut(line[i].text + "  ", left);
    line.resize(i + 1);
    return line;
  }
  return line;
}

std::string to_terminal(const Line& line, bool color) {
  std::string out;
  for (const auto& [paint, text] : line) {
    const std::string code = color ? code_of(paint) : "";
    out += code.empty() ? text : code + text + "\x1b[0m";
  }
  return out;
}

Line with_found(const Line& line, std::string_view needle) {
  if (needle.empty()) return line;
  const auto whole = plain_text(line);
  std::vector<bool> found(whole.size());
  for (auto at = sql::find_ignoring_case(whole, needle); at != std::string::npos;
       at = sql::find_ignoring_case(whole, needle, at + needle.size()))
    std::fill_n(found.begin() + static_cast<std::ptrdiff_t>(at), needle.size(), true);
  Line out;
  std::size_t at = 0;
  for (const auto& [paint, text] : line)
    for (const char c : text) append(out, found[at++] ? Paint::found : paint, {&c, 1});
  return out;
}

void PaintedText::add(std::string_view recorded, Paint paint) {
  for (const char c : scorer::printable(recorded)) {
    if (c == '\t')
      text_.append(4, ' ');
    else
      text_ += c;
  }
  paints_.resize(text_.size(), paint);
}

std::vector<Line> PaintedText::wrapped(std::string_view lead, std::size_t width) const {
  const auto indent = std::min(scorer::display_width(lead), width / 2);
  std::vector<Line> lines;
  std::size_t at = 0;
  for (const auto& piece : scorer::wrap(text_, std::max<std::size_t>(width - indent, 1))) {
    // Pieces come in order, with nothing but spaces and line feeds between them.
    at = text_.find(piece, at);
    auto& line = lines.emplace_back();
    append(line, Paint::plain, lines.size() == 1 ? std::string(lead) : std::string(indent, ' '));
    for (const char c : piece) append(line, paints_[at++], {&c, 1});
  }
  if (lines.empty()) lines.push_back(line_of(std::string(lead)));
  return lines;
}

PaintedText painted_sql(std::string_view text) {
  const auto shown = text.substr(0, sql_bytes_shown_max);
  PaintedText out;
  std::size_t at = 0;
  auto tokens = sql::scan(shown);
  if (!tokens) tokens.emplace();  // plain, then
  for (const auto& token : *tokens) {
    out.add(shown.substr(at, token.start - at), Paint::plain);
    out.add(token.text, paint_of(token, &token == &tokens->front()));
    at = token.end;
  }
  out.add(shown.substr(at), Paint::plain);
  if (text.size() > shown.size())
    out.add(" … (" + std::to_string(text.size() - shown.size()) + " more bytes)", Paint::dim);
  return out;
}

}  // namespace ride::replay
