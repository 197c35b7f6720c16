// The thin end of the player: draws its screen with ncurses and hands it keys and the time. Owns
// the terminal while watch() runs, and gives it back as it was.
#pragma once

#include <cstdint>
#include <functional>

#include "replay/player.hpp"

namespace ride::replay {

struct TerminalOptions {
  bool color = true;
  std::function<std::int64_t()> now_us;  // of a clock that never steps back
};

// Standard input and output are a terminal, and no dumb one.
bool can_watch();

// Until the player ends, or the terminal is gone. Throws std::runtime_error where the terminal
// cannot be used. One at a time in a process.
void watch(Player& player, const TerminalOptions& options);

}  // namespace ride::replay
