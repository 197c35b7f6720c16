#include "cli/script.hpp"

#include <map>
#include <sstream>

#include "cli/failure.hpp"

namespace ride::cli {
namespace {

constexpr std::string_view marker = "-- @";

// False for blank lines and lines that are all comment: a file's heading opens no session.
bool says_something(const std::string& text) {
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    const auto first = line.find_first_not_of(" \t");
    if (first != std::string::npos && line.compare(first, 2, "--") != 0) return true;
  }
  return false;
}

class Parser {
 public:
  explicit Parser(const std::string& file_name) : file_name_(file_name) {}

  void line(std::string_view line) {
    ++number_;
    if (line.starts_with(marker))
      directive(line.substr(marker.size()));
    else
      text_.append(line).append("\n");
  }

  std::vector<Step> finish() {
    flush();
    return std::move(steps_);
  }

 private:
  void directive(std::string_view words) {
    std::istringstream in{std::string(words)};
    std::string verb;
    std::string first;
    std::string second;
    std::string excess;
    in >> verb >> first >> second >> excess;
    if (verb == "session" && !first.empty() && excess.empty()) {
      flush();
      session_ = first;
      auto& server = servers_.try_emplace(session_, second).first->second;
      if (!second.empty() && server != second)
        fail("session " + session_ + " is not on " + second + " from its beginning");
    } else if (verb == "wait" && !second.empty() && excess.empty()) {
      flush();
      steps_.push_back(Wait{awaited(first), second, number_});
    } else if (verb != "springs" &&
               verb != "expect") {  // these two are for whoever checks scenarios
      fail("expected `-- @session NAME [SERVER]` or `-- @wait waiting|ended|done NAME`");
    }
  }

  Awaited awaited(std::string_view word) const {
    for (const auto what : {Awaited::waiting, Awaited::ended, Awaited::done})
      if (name_of(what) == word) return what;
    fail("unknown event \"" + std::string(word) + "\"; there are waiting, ended and done");
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Failure(file_name_ + ":" + std::to_string(number_) + ": " + what);
  }

  void flush() {
    if (says_something(text_)) steps_.push_back(Type{session_, text_, servers_[session_]});
    text_.clear();
  }

  const std::string& file_name_;
  int number_ = 0;
  std::string session_;
  std::map<std::string, std::string> servers_;  // by session
  std::string text_;
  std::vector<Step> steps_;
};

}  // namespace

std::vector<Step> parse_script(std::string_view text, const std::string& file_name) {
  Parser parser(file_name);
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    parser.line(line);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return parser.finish();
}

std::string_view name_of(Awaited what) {
  switch (what) {
    case Awaited::waiting:
      return "waiting";
    case Awaited::ended:
      return "ended";
    case Awaited::done:
      return "done";
  }
  return "";
}

}  // namespace ride::cli
