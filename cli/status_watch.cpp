#include "cli/status_watch.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "cli/control.hpp"
#include "cli/current.hpp"
#include "cli/dashboard.hpp"
#include "cli/failure.hpp"
#include "cli/signals.hpp"
#include "cli/terminal.hpp"
#include "scorer/text.hpp"

namespace ride::cli {
namespace {

namespace json = boost::json;
using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds interval{1'000};
constexpr std::size_t rows_where_unknown = 24;

// Keys one by one and unseen, while it lives; nothing where standard input is no terminal.
class Keys {
 public:
  Keys() {
    if (::isatty(STDIN_FILENO) == 0 || ::tcgetattr(STDIN_FILENO, &before_) != 0) return;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    taken_ = ::tcsetattr(STDIN_FILENO, TCSANOW, &quiet) == 0;
  }
  ~Keys() {
    if (taken_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;

  int descriptor() const { return taken_ ? STDIN_FILENO : -1; }
  // Whether a q is among them, or the terminal is gone.
  static bool ask_for_the_end() {
    std::array<char, 256> keys{};
    const ssize_t got = ::read(STDIN_FILENO, keys.data(), keys.size());
    return got <= 0 || std::any_of(keys.begin(), keys.begin() + got,
                                   [](char key) { return key == 'q' || key == 'Q'; });
  }

 private:
  termios before_{};
  bool taken_ = false;
};

std::size_t terminal_rows() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) return rows_where_unknown;
  return size.ws_row;
}

bool is_terminal() {
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) != 0 && terminal != nullptr &&
         std::string_view(terminal) != "dumb";
}

// One picture over the last, without clearing the screen in between.
class Picture {
 public:
  void draw(std::vector<std::string> lines) {
    const std::size_t columns = output_columns();
    lines.resize(std::min(lines.size(), std::max<std::size_t>(terminal_rows(), 2) - 1));
    std::string out;
    if (drawn_ > 0) out += "\x1b[" + std::to_string(drawn_) + "A\r";
    for (const auto& line : lines) out += scorer::cut(line, columns - 1) + "\x1b[K\n";
    out += "\x1b[J";
    drawn_ = lines.size();
    std::cout << out << std::flush;
  }

 private:
  std::size_t drawn_ = 0;
};

std::string heading(const json::object& status) {
  return scorer::printable_line(status.at("title").as_string()) + " · " +
         std::string(status.at("phase").as_string()) + " · attempt " +
         std::to_string(status.at("attempt").to_number<int>());
}

std::vector<std::string> picture_of(const json::object& status) {
  std::vector<std::string> lines{heading(status)};
  for (const char* trouble : {"sandbox_ended", "recording_failed"})
    if (const auto* why = status.if_contains(trouble))
      lines.push_back(scorer::printable_line(why->as_string()));
  if (const auto* service = status.if_contains("service")) {
    const auto more = service_lines(service->as_object());
    lines.insert(lines.end(), more.begin(), more.end());
  }
  const auto probes = probe_lines(status.at("probes").as_array());
  lines.insert(lines.end(), probes.begin(), probes.end());
  lines.emplace_back("q ends");
  return lines;
}

// What a moment looks like to whom it is shown.
class Show {
 public:
  explicit Show(bool as_json) : as_json_(as_json), in_place_(!as_json && is_terminal()) {}

  void moment(const json::object& status) {
    if (in_place_) return picture_.draw(picture_of(status));
    const std::string line =
        as_json_ ? scorer::printable_json(json::serialize(status)) : one_line(status);
    if (line == last_) return;
    last_ = line;
    std::cout << line << std::endl;
  }

  void ended() const {
    if (as_json_)
      std::cout << json::serialize(json::object{{"ended", true}}) << std::endl;
    else
      std::cout << "the run has ended" << std::endl;
  }

 private:
  bool as_json_;
  bool in_place_;
  Picture picture_;
  std::string last_;
};

// Until the next moment. False where somebody wants the end.
bool rest(const Signals& signals, const Keys& keys, SteadyClock::time_point until) {
  while (true) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - SteadyClock::now()).count();
    if (left <= 0) return true;
    std::array<pollfd, 2> wanted{
        {{signals.descriptor(), POLLIN, 0}, {keys.descriptor(), POLLIN, 0}}};
    if (::poll(wanted.data(), wanted.size(), static_cast<int>(left)) <= 0) continue;
    if (wanted[0].revents != 0) return false;
    if (wanted[1].revents != 0 && Keys::ask_for_the_end()) return false;
  }
}

}  // namespace

int watch_status(const Home& home, bool as_json) {
  auto found = current_run(home);
  if (!found || !found->alive)
    throw Failure(found ? interruption(found->state) : "there is no run to watch");
  const Signals signals;
  const Keys keys;
  Show show(as_json);
  while (true) {
    const auto next = SteadyClock::now() + interval;
    try {
      show.moment(request(home, {{"command", "watch"}}));
    } catch (const Vanished&) {
      show.ended();
      return exit_worked;
    }
    if (!std::cout) return exit_worked;
    if (!rest(signals, keys, next)) return exit_worked;
  }
}

}  // namespace ride::cli
