// A terminal for tests, as much of a VT220 as ncurses uses with TERM=xterm-256color or linux: keeps
// what the screen shows. What it does not know is counted, never ignored: a program that sends it
// is at fault, or this is too small.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ride::test {

class VirtualScreen {
 public:
  VirtualScreen(std::size_t rows, std::size_t columns);

  void feed(std::string_view bytes);

  // Rows without trailing spaces.
  std::vector<std::string> rows() const;
  std::string text() const;  // the rows, each with a line feed
  bool shows(std::string_view text) const;

  // Everything that was sent and is no plain drawing: "OSC 52;…", "CSI 21t".
  const std::vector<std::string>& unknown() const { return unknown_; }
  std::size_t cursor_row() const { return row_; }
  std::size_t cursor_column() const { return column_; }
  bool alternate() const { return alternate_; }  // the screen that programs take for themselves

 private:
  enum class State { ground, escape, charset, csi, string };
  using Row = std::vector<std::string>;  // a cell's text; "" behind a wide character

  void take(char c);
  void control(char c);
  void escape(char c);
  void csi(char last);
  void mode(int number, bool on);
  void put(std::string_view character);
  void line_feed();
  void reverse_line_feed();
  void scroll_up(std::size_t top, std::size_t count);
  void scroll_down(std::size_t top, std::size_t count);
  void clear(std::size_t row, std::size_t from, std::size_t to);
  int parameter(std::size_t index, int otherwise) const;

  std::vector<Row> cells_;
  std::size_t rows_, columns_;
  std::size_t row_ = 0, column_ = 0, top_ = 0, bottom_;
  std::size_t saved_row_ = 0, saved_column_ = 0;
  bool wrap_pending_ = false, alternate_ = false;
  State state_ = State::ground;
  std::string sequence_;   // parameters of a CSI, or a string's content
  std::string character_;  // UTF-8, unfinished
  std::string last_;       // the character drawn last
  std::vector<std::string> unknown_;
};

}  // namespace ride::test
