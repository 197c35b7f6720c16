// The player of `ride replay`, without its terminal: keys and passing time go in, a screen comes
// out. Pure; one thread. What a person writes (a comment) goes out through a function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "replay/document.hpp"
#include "replay/line.hpp"
#include "replay/timeline.hpp"

namespace ride::replay {

enum class Key : std::uint8_t {
  character,
  enter,
  escape,
  backspace,
  up,
  down,
  left,
  right,
  page_up,
  page_down,
  home,
  end,
};

struct KeyPress {
  Key key = Key::character;
  std::string character;  // UTF-8
};

struct ScreenSize {
  std::size_t rows = 24;
  std::size_t columns = 80;
};

struct Screen {
  std::vector<Line> rows;             // as many as the screen has, none wider than it
  std::optional<std::size_t> cursor;  // column in the last row, while something is typed
};

struct PlayerOptions {
  double speed = 1;
  bool paused = false;
  bool tool_queries = false;
  // Keeps a comment on a statement and returns it as a note. Throws std::exception where it cannot.
  std::function<Note(std::int64_t n, const std::string& text)> comment = {};
};

class Player {
 public:
  Player(Timeline timeline, PlayerOptions options);
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  void resize(ScreenSize size);
  void press(const KeyPress& press);
  void pass(std::int64_t elapsed_us);  // time went by

  bool ended() const { return ended_; }
  bool playing() const { return playing_; }
  std::size_t shown() const { return shown_; }
  double speed() const { return speed_; }
  // Until the next moment is due; nullopt: nothing changes by itself.
  std::optional<std::int64_t> due_in_us() const;

  Screen screen();

 private:
  enum class Asking : std::uint8_t { nothing, words, number, comment };

  void command(const std::string& character);
  void scroll(Key key);
  void typed(const KeyPress& press);
  void answered();
  void play_or_pause();
  void seek(std::int64_t by_us);
  void next_statement();
  void last_statement();
  void marker(bool next);
  void search(bool next);
  void go_to_number(const std::string& digits);
  void begin_comment();
  void keep_comment();
  // Shows so many moments and stops there; `moment` is what is to be seen.
  void jump(std::size_t shown, std::size_t moment);
  void see(std::size_t moment);
  void restyle();

  std::size_t body_rows() const;
  Line progress() const;
  Line status() const;
  std::vector<Line> body();

  Timeline timeline_;
  PlayerOptions options_;
  Document document_;
  DocumentStyle style_;
  ScreenSize size_;
  std::size_t shown_ = 0;
  std::int64_t played_us_ = 0;
  double speed_ = 1;
  bool playing_ = true;
  bool ended_ = false;
  bool help_ = false;
  std::optional<Place> bottom_;  // scrolled: the last line seen; nullopt: follows the end
  Asking asking_ = Asking::nothing;
  std::string input_;
  std::string words_;    // searched for, in lower case
  std::string message_;  // until the next key
};

}  // namespace ride::replay
