#include "cli/terminal.hpp"

#include <pwd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "base/json.hpp"

namespace ride::cli {

namespace {

constexpr std::size_t columns_in_a_pipe = 80;
constexpr std::size_t columns_min = 40;
constexpr std::size_t columns_max = 100;

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool no_color() {
  const char* terminal = std::getenv("TERM");
  return is_set("NO_COLOR") || (terminal != nullptr && std::string_view(terminal) == "dumb");
}

}  // namespace

bool output_is_colored() { return ::isatty(STDOUT_FILENO) != 0 && !no_color(); }

std::size_t output_columns() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) == 0 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 ||
      size.ws_col == 0)
    return columns_in_a_pipe;
  return std::clamp<std::size_t>(size.ws_col, columns_min, columns_max);
}

Progress terminal_progress() {
  if (::isatty(STDERR_FILENO) == 0) return {};
  const bool plain = no_color();
  return [plain](std::string_view line) {
    std::cerr << (plain ? "  " : "  \x1b[2m") << line << (plain ? "\n" : "\x1b[0m\n");
  };
}

void tell(std::string_view line) { std::cerr << "ride: " << line << '\n'; }

std::string operating_system_user() {
  const passwd* entry = ::getpwuid(::geteuid());
  return entry == nullptr ? std::to_string(::geteuid()) : std::string(entry->pw_name);
}

void print_json(const boost::json::object& object) {
  std::cout << boost::json::serialize(object) << '\n';
}

}  // namespace ride::cli
