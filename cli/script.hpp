// A script: psql input with two kinds of directive, each a line of its own.
//
//   -- @session NAME        what follows is typed into the psql of that name
//   -- @session NAME SERVER the same, of one that is connected to that server of the scenario
//   -- @wait waiting NAME   hold until NAME (a session or an actor) waits for a lock
//   -- @wait ended ACTOR    hold until the actor's session has ended
//   -- @wait done NAME      hold until the session has answered all that was typed into it
//
// `-- @springs ID` and `-- @expect TOTAL` say what a scenario's author expects; they are not
// played. Parsing is a function of the text; playing is player.hpp's work.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace ride::cli {

struct Type {
  std::string session;      // empty: the one session of a script that names none
  std::string text;         // whole lines
  std::string server = {};  // where that session is; empty: the main one
};

enum class Awaited { waiting, ended, done };

struct Wait {
  Awaited what = Awaited::done;
  std::string name;
  int line = 0;  // of the script, from 1
};

using Step = std::variant<Type, Wait>;

// Throws Failure with the line at fault: "SCRIPT:12: unknown directive …".
std::vector<Step> parse_script(std::string_view text, const std::string& file_name);

std::string_view name_of(Awaited what);

}  // namespace ride::cli
