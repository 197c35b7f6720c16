#include "tests/support/screen.hpp"

#include <algorithm>
#include <clocale>
#include <cwchar>
#include <sstream>

namespace ride::test {
namespace {

constexpr std::size_t sequence_bytes_max = 4'096;

char32_t code_of(std::string_view utf8) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(utf8[i]); };
  if (utf8.size() == 1) return byte(0);
  char32_t code = byte(0) & (0x7FU >> utf8.size());
  for (std::size_t i = 1; i < utf8.size(); ++i) code = (code << 6U) | (byte(i) & 0x3FU);
  return code;
}

// By the C library's table, as a terminal would, and not by ride's own.
int width_of(std::string_view utf8) {
  static const bool utf8_locale = std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
  static_cast<void>(utf8_locale);
  return ::wcwidth(static_cast<wchar_t>(code_of(utf8)));
}

std::size_t size_of(unsigned char lead) {
  return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

}  // namespace

VirtualScreen::VirtualScreen(std::size_t rows, std::size_t columns)
    : cells_(rows, Row(columns, " ")), rows_(rows), columns_(columns), bottom_(rows - 1) {}

void VirtualScreen::feed(std::string_view bytes) {
  for (const char c : bytes) take(c);
}

std::vector<std::string> VirtualScreen::rows() const {
  std::vector<std::string> out;
  for (const auto& cells : cells_) {
    std::string line;
    for (const auto& cell : cells) line += cell;
    line.erase(line.find_last_not_of(' ') + 1);
    out.push_back(line);
  }
  return out;
}

std::string VirtualScreen::text() const {
  std::string out;
  for (const auto& row : rows()) out += row + '\n';
  return out;
}

bool VirtualScreen::shows(std::string_view wanted) const {
  return text().find(wanted) != std::string::npos;
}

void VirtualScreen::take(char c) {
  const auto byte = static_cast<unsigned char>(c);
  if (state_ == State::string) {  // up to BEL or ESC \ .
    if (c == '\a' || (c == '\\' && !sequence_.empty() && sequence_.back() == '\x1b')) {
      unknown_.push_back("string " + sequence_);
      state_ = State::ground;
    } else if (sequence_.size() < sequence_bytes_max) {
      sequence_ += c;
    }
    return;
  }
  if (byte < 0x20 || byte == 0x7F) return control(c);
  switch (state_) {
    case State::escape:
      return escape(c);
    case State::charset:
      if (c != 'B' && c != '0') unknown_.push_back(std::string("charset ") + c);
      state_ = State::ground;
      return;
    case State::csi:
      if (byte >= 0x40) return csi(c);
      sequence_ += c;
      return;
    case State::string:
    case State::ground:
      break;
  }
  character_ += c;
  const auto lead = static_cast<unsigned char>(character_[0]);
  if ((lead >= 0x80 && lead < 0xC2) || lead > 0xF4) {
    unknown_.push_back("byte outside UTF-8");
    character_.clear();
  } else if (character_.size() == size_of(lead)) {
    put(character_);
    character_.clear();
  }
}

void VirtualScreen::control(char c) {
  if (c == '\x1b') {
    state_ = State::escape;
  } else if (c == '\r') {
    column_ = 0;
    wrap_pending_ = false;
  } else if (c == '\n') {
    line_feed();
  } else if (c == '\b') {
    column_ -= column_ > 0 ? 1 : 0;
    wrap_pending_ = false;
  } else if (c != '\0' && c != '\x0e' && c != '\x0f') {  // character sets
    unknown_.push_back("control " + std::to_string(static_cast<int>(c)));
  }
}

void VirtualScreen::escape(char c) {
  state_ = State::ground;
  sequence_.clear();
  if (c == '[') {
    state_ = State::csi;
  } else if (c == '(' || c == ')') {
    state_ = State::charset;
  } else if (c == ']' || c == 'P' || c == '^' || c == '_' || c == 'X') {
    state_ = State::string;
    sequence_ = std::string(1, c);
  } else if (c == 'M') {
    reverse_line_feed();
  } else if (c == '7') {
    saved_row_ = row_;
    saved_column_ = column_;
  } else if (c == '8') {
    row_ = saved_row_;
    column_ = saved_column_;
  } else if (c != '=' && c != '>' && c != '\\') {  // keypad modes; the end of a string
    unknown_.push_back(std::string("ESC ") + c);
  }
}

int VirtualScreen::parameter(std::size_t index, int otherwise) const {
  std::istringstream in(sequence_);
  std::string word;
  for (std::size_t i = 0; i <= index; ++i)
    if (!std::getline(in, word, ';')) return otherwise;
  return word.empty() ? otherwise : std::stoi(word);
}

void VirtualScreen::mode(int number, bool on) {
  if (number == 1049) {
    alternate_ = on;
    cells_.assign(rows_, Row(columns_, " "));
  } else if (number != 1 && number != 7 && number != 12 && number != 25 && number != 4 &&
             number != 1006 && number != 1000) {
    unknown_.push_back("mode " + std::to_string(number));
  }
}

void VirtualScreen::csi(char last) {
  state_ = State::ground;
  wrap_pending_ = false;
  if (!sequence_.empty() && sequence_[0] == '?') {
    sequence_.erase(0, 1);
    if (last == 'h' || last == 'l') return mode(parameter(0, 0), last == 'h');
    if (last == 'c' && sequence_.size() == 1) return;  // linux: the cursor's shape
    unknown_.push_back("CSI ?" + sequence_ + last);
    return;
  }
  if (!sequence_.empty() && (sequence_[0] < '0' || sequence_[0] > ';')) {
    unknown_.push_back("CSI " + sequence_ + last);
    return;
  }
  const auto count = static_cast<std::size_t>(std::max(parameter(0, 1), 1));
  switch (last) {
    case 'A':
      row_ -= std::min(row_, count);
      return;
    case 'B':
      row_ = std::min(row_ + count, rows_ - 1);
      return;
    case 'C':
      column_ = std::min(column_ + count, columns_ - 1);
      return;
    case 'D':
      column_ -= std::min(column_, count);
      return;
    case 'G':
      column_ = std::min(count, columns_) - 1;
      return;
    case 'd':
      row_ = std::min(count, rows_) - 1;
      return;
    case 'H':
      row_ = std::min(count, rows_) - 1;
      column_ = std::min(static_cast<std::size_t>(std::max(parameter(1, 1), 1)), columns_) - 1;
      return;
    case 'J':
      if (parameter(0, 0) == 0) clear(row_, column_, columns_);
      for (auto i = parameter(0, 0) == 0 ? row_ + 1 : 0; i < rows_; ++i) clear(i, 0, columns_);
      return;
    case 'K':
      clear(row_, parameter(0, 0) == 0 ? column_ : 0,
            parameter(0, 0) == 1 ? column_ + 1 : columns_);
      return;
    case 'L':
      return scroll_down(row_, count);
    case 'M':
      return scroll_up(row_, count);
    case 'S':
      return scroll_up(top_, count);
    case 'T':
      return scroll_down(top_, count);
    case 'P': {
      auto& cells = cells_[row_];
      const auto gone = std::min(count, columns_ - column_);
      cells.erase(cells.begin() + static_cast<std::ptrdiff_t>(column_),
                  cells.begin() + static_cast<std::ptrdiff_t>(column_ + gone));
      cells.resize(columns_, " ");
      return;
    }
    case '@': {
      auto& cells = cells_[row_];
      cells.insert(cells.begin() + static_cast<std::ptrdiff_t>(column_), count, " ");
      cells.resize(columns_);
      return;
    }
    case 'X':
      return clear(row_, column_, std::min(column_ + count, columns_));
    case 'b':
      for (std::size_t i = 0; i < count; ++i) put(last_);
      return;
    case 'r':
      top_ = count - 1;
      bottom_ =
          std::min(static_cast<std::size_t>(std::max(parameter(1, static_cast<int>(rows_)), 1)),
                   rows_) -
          1;
      row_ = column_ = 0;
      return;
    case 'm':
    case 'h':
    case 'l':
      return;  // colours; modes of the keyboard
    case 't':
      if (sequence_.starts_with("22;") || sequence_.starts_with("23;")) return;  // ncurses' own
      [[fallthrough]];
    default:
      unknown_.push_back("CSI " + sequence_ + last);
  }
}

void VirtualScreen::clear(std::size_t row, std::size_t from, std::size_t to) {
  for (auto i = from; i < to; ++i) cells_[row][i] = " ";
}

void VirtualScreen::put(std::string_view character) {
  last_ = character;
  const auto width = width_of(character);
  if (width < 0) {
    unknown_.emplace_back("unprintable character");
    return;
  }
  if (width == 0) {
    if (column_ > 0) cells_[row_][wrap_pending_ ? column_ : column_ - 1] += character;
    return;
  }
  if (wrap_pending_ || column_ + static_cast<std::size_t>(width) > columns_) {
    column_ = 0;
    wrap_pending_ = false;
    line_feed();
  }
  cells_[row_][column_] = character;
  if (width == 2) cells_[row_][column_ + 1] = "";
  column_ += static_cast<std::size_t>(width);
  if (column_ >= columns_) {
    column_ = columns_ - 1;
    wrap_pending_ = true;
  }
}

void VirtualScreen::line_feed() {
  if (row_ == bottom_)
    scroll_up(top_, 1);
  else
    row_ = std::min(row_ + 1, rows_ - 1);
}

void VirtualScreen::reverse_line_feed() {
  if (row_ == top_)
    scroll_down(top_, 1);
  else
    row_ -= row_ > 0 ? 1 : 0;
}

void VirtualScreen::scroll_up(std::size_t top, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    cells_.erase(cells_.begin() + static_cast<std::ptrdiff_t>(top));
    cells_.insert(cells_.begin() + static_cast<std::ptrdiff_t>(bottom_), Row(columns_, " "));
  }
}

void VirtualScreen::scroll_down(std::size_t top, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    cells_.erase(cells_.begin() + static_cast<std::ptrdiff_t>(bottom_));
    cells_.insert(cells_.begin() + static_cast<std::ptrdiff_t>(top), Row(columns_, " "));
  }
}

}  // namespace ride::test
