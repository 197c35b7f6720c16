#include "replay/terminal.hpp"

#define NCURSES_NOMACROS 1
#define NCURSES_WIDECHAR 1
#include <langinfo.h>
#include <ncurses.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ride::replay {
namespace {

constexpr std::int64_t frame_us = 50'000;   // how often the clock on the screen moves on
constexpr std::int64_t still_us = 250'000;  // while paused: a change of size may slip in unnoticed

struct EndScreen {
  void operator()(SCREEN* screen) const noexcept {
    ::endwin();
    ::delscreen(screen);
  }
};
using ScreenHandle = std::unique_ptr<SCREEN, EndScreen>;

// What is shown is UTF-8; in a locale without it ncurses would cut characters into bytes.
void use_utf8() {
  std::setlocale(LC_CTYPE, "");
  if (std::string_view(::nl_langinfo(CODESET)) != "UTF-8") std::setlocale(LC_CTYPE, "C.UTF-8");
}

enum Pair : short { green = 1, red, cyan, yellow, magenta };

void use_colors() {
  ::start_color();
  ::use_default_colors();
  ::init_pair(green, COLOR_GREEN, -1);
  ::init_pair(red, COLOR_RED, -1);
  ::init_pair(cyan, COLOR_CYAN, -1);
  ::init_pair(yellow, COLOR_YELLOW, -1);
  ::init_pair(magenta, COLOR_MAGENTA, -1);
}

ScreenHandle begin(bool color) {
  use_utf8();
  ScreenHandle screen(::newterm(nullptr, stdout, stdin));
  if (!screen) throw std::runtime_error("this terminal cannot be used (TERM); --txt prints");
  ::cbreak();
  ::noecho();
  ::nonl();
  ::keypad(stdscr, TRUE);
  ::nodelay(stdscr, TRUE);
  ::set_escdelay(25);
  ::leaveok(stdscr, FALSE);
  if (color && ::has_colors()) use_colors();
  return screen;
}

attr_t attribute_of(Paint paint, bool color) {
  const auto colored = [color](Pair pair, attr_t otherwise) {
    return color ? static_cast<attr_t>(COLOR_PAIR(pair)) : otherwise;
  };
  switch (paint) {
    case Paint::plain:
      return A_NORMAL;
    case Paint::bold:
      return A_BOLD;
    case Paint::dim:
    case Paint::comment:
      return A_DIM;
    case Paint::good:
      return colored(green, A_NORMAL);
    case Paint::bad:
      return colored(red, A_BOLD);
    case Paint::keyword:
      return colored(cyan, A_NORMAL);
    case Paint::literal:
      return colored(yellow, A_NORMAL);
    case Paint::lane:
      return colored(magenta, A_BOLD);
    case Paint::found:
    case Paint::status:
      return A_REVERSE;
  }
  return A_NORMAL;
}

void draw(const Screen& screen, bool color) {
  ::erase();
  for (std::size_t row = 0; row < screen.rows.size(); ++row) {
    ::move(static_cast<int>(row), 0);
    for (const auto& [paint, text] : screen.rows[row]) {
      ::attrset(static_cast<int>(attribute_of(paint, color)));
      ::addstr(text.c_str());
    }
  }
  ::attrset(A_NORMAL);
  ::curs_set(screen.cursor ? 1 : 0);
  if (screen.cursor)
    ::move(static_cast<int>(screen.rows.size()) - 1, static_cast<int>(*screen.cursor));
  ::refresh();
}

std::string utf8_of(wint_t code) {
  const auto c = static_cast<unsigned>(code);
  const auto byte = [](unsigned value) {
    return static_cast<char>(static_cast<unsigned char>(value));
  };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xC0 | (c >> 6)), byte(0x80 | (c & 0x3F))};
  if (c < 0x10000)
    return {byte(0xE0 | (c >> 12)), byte(0x80 | ((c >> 6) & 0x3F)), byte(0x80 | (c & 0x3F))};
  return {byte(0xF0 | (c >> 18)), byte(0x80 | ((c >> 12) & 0x3F)), byte(0x80 | ((c >> 6) & 0x3F)),
          byte(0x80 | (c & 0x3F))};
}

void press_function(Player& player, wint_t code) {
  switch (code) {
    case KEY_UP:
      return player.press({Key::up, ""});
    case KEY_DOWN:
      return player.press({Key::down, ""});
    case KEY_LEFT:
      return player.press({Key::left, ""});
    case KEY_RIGHT:
      return player.press({Key::right, ""});
    case KEY_PPAGE:
      return player.press({Key::page_up, ""});
    case KEY_NPAGE:
      return player.press({Key::page_down, ""});
    case KEY_HOME:
      return player.press({Key::home, ""});
    case KEY_END:
      return player.press({Key::end, ""});
    case KEY_BACKSPACE:
      return player.press({Key::backspace, ""});
    case KEY_ENTER:
      return player.press({Key::enter, ""});
    default:
      return;
  }
}

void press_character(Player& player, wint_t code) {
  constexpr wint_t escape = 0x1B, rubout = 0x7F;
  if (code == '\r' || code == '\n') return player.press({Key::enter, ""});
  if (code == escape) return player.press({Key::escape, ""});
  if (code == rubout || code == '\b') return player.press({Key::backspace, ""});
  if (code >= 0x20) player.press({Key::character, utf8_of(code)});
}

void fit(Player& player) {
  player.resize({static_cast<std::size_t>(std::max(getmaxy(stdscr), 1)),
                 static_cast<std::size_t>(std::max(getmaxx(stdscr), 1))});
}

// All keys that are there. False: the terminal is gone.
bool read_keys(Player& player, std::int64_t wait_us) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  // A signal (the size changed) ends it, too.
  const int ready = ::poll(&input, 1, static_cast<int>(wait_us / 1'000 + 1));
  if (ready > 0 && (input.revents & POLLIN) == 0) return false;
  wint_t code = 0;
  bool any = false;
  for (int kind = ::get_wch(&code); kind != ERR && !player.ended(); kind = ::get_wch(&code)) {
    any = true;
    if (kind == KEY_CODE_YES && code == KEY_RESIZE) {
      fit(player);
      ::clearok(::curscr, TRUE);  // what the terminal made of the old picture is not known
    } else if (kind == KEY_CODE_YES) {
      press_function(player, code);
    } else {
      press_character(player, code);
    }
  }
  return ready <= 0 || any;  // readable, and nothing to read: its end
}

}  // namespace

bool can_watch() {
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0 && terminal != nullptr &&
         *terminal != '\0' && std::string_view(terminal) != "dumb";
}

void watch(Player& player, const TerminalOptions& options) {
  const auto screen = begin(options.color);
  fit(player);
  auto then = options.now_us();
  while (!player.ended()) {
    draw(player.screen(), options.color);
    const auto due = player.due_in_us();
    if (!read_keys(player, due ? std::min(*due, frame_us) : still_us)) return;
    const auto now = options.now_us();
    player.pass(now - then);
    then = now;
  }
}

}  // namespace ride::replay
