#include "cli/config_file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "cli/failure.hpp"

namespace ride::cli {
namespace {

constexpr std::uintmax_t file_bytes_max = std::uintmax_t{1} << 20U;
constexpr std::string_view blanks = " \t\r";

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

[[noreturn]] void fail(const std::string& file, int line, const std::string& what) {
  throw Failure(file + ":" + std::to_string(line) + ": " + what, exit_usage);
}

std::string value_of(const std::string& file, int line, std::string_view text) {
  if (text.empty()) fail(file, line, "a value is missing; leave the line out for the default");
  if (text.front() != '"') return std::string(text);
  if (text.size() < 2 || text.back() != '"') fail(file, line, "a closing \" is missing");
  return std::string(text.substr(1, text.size() - 2));
}

}  // namespace

std::vector<Setting> read_config(const std::string& file) {
  std::error_code error;
  const bool regular = std::filesystem::is_regular_file(file, error);
  if (regular && std::filesystem::file_size(file, error) > file_bytes_max)
    throw Failure(file + ": larger than 1 MiB: no configuration of ride proxy", exit_usage);
  std::ifstream in(file);
  if (!regular || !in)
    throw Failure("cannot read --config " + file + ": " +
                      (error     ? error.message()
                       : regular ? std::strerror(errno)
                                 : "no such file"),
                  exit_usage);
  std::vector<Setting> settings;
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const auto text = trimmed(line);
    if (text.empty() || text.front() == '#') continue;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos)
      fail(file, number, "\"" + std::string(text.substr(0, 40)) + "\" is no NAME = VALUE");
    const auto name = trimmed(text.substr(0, equals));
    settings.push_back(
        {std::string(name), value_of(file, number, trimmed(text.substr(equals + 1))), number});
  }
  return settings;
}

std::string quoted(const std::string& value) {
  const bool plain = !value.empty() && trimmed(value) == value && value.front() != '"';
  return plain ? value : '"' + value + '"';
}

}  // namespace ride::cli
