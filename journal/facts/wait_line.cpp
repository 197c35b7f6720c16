#include "journal/facts/wait_line.hpp"

#include <charconv>
#include <regex>

namespace ride::journal::facts {
namespace {

constexpr std::size_t text_bytes_max =
    2'048;  // the server's own lines are shorter, also with 100 holders

// What a session raised itself to look like one.
bool raised_by_hand(const LogLine& line) {
  const auto first = std::string_view(line.context).substr(0, line.context.find('\n'));
  return first.ends_with(" at RAISE");
}

std::int64_t number(const std::string& digits) {
  std::int64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

std::vector<std::int64_t> pids_behind(const std::regex& words, const std::string& detail) {
  std::smatch found;
  if (!std::regex_search(detail, found, words)) return {};
  const std::string list = found[1];
  static const std::regex digits(R"(\d+)");
  std::vector<std::int64_t> out;
  for (auto pid = std::sregex_iterator(list.begin(), list.end(), digits);
       pid != std::sregex_iterator(); ++pid)
    out.push_back(number(pid->str()));
  return out;
}

}  // namespace

// "process 123 still waiting for AccessExclusiveLock on relation 16385 of database 16384 after
// 200.123 ms", "process 123 acquired …"; detail "Process holding the lock: 100. Wait queue: 123."
std::optional<WaitLine> read_wait_line(const LogLine& line) {
  if (!line.message.starts_with("process ") || raised_by_hand(line)) return std::nullopt;
  if (line.message.size() > text_bytes_max || line.detail.size() > text_bytes_max)
    return std::nullopt;
  static const std::regex message(
      R"(process (\d+) (still waiting for|acquired) (\w+) on (.*) after (\d+)\.(\d{1,3}) ms)");
  std::smatch found;
  if (!std::regex_search(line.message, found, message)) return std::nullopt;
  WaitLine out;
  out.pid = number(found[1]);
  out.acquired = found[2] == "acquired";
  out.lock = found[3];
  out.object = found[4];
  std::string fraction = found[6];
  fraction.resize(3, '0');
  out.waited_us = number(found[5]) * 1'000 + number(fraction);
  static const std::regex relation(R"(relation (\d+) of database)");
  if (std::regex_search(out.object, found, relation))
    out.relation = static_cast<std::uint32_t>(number(found[1]));
  static const std::regex holders(R"(holding the lock: ([\d, ]+)\.)");
  static const std::regex queue(R"(Wait queue: ([\d, ]+)\.)");
  out.holders = pids_behind(holders, line.detail);
  out.queue = pids_behind(queue, line.detail);
  return out;
}

}  // namespace ride::journal::facts
