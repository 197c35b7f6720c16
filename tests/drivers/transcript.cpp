#include "tests/drivers/transcript.hpp"

#include <map>
#include <regex>
#include <sstream>

namespace ride::test {
namespace {

constexpr std::string_view cut_mark = "…";

std::string in_one_line(std::string_view text) {
  std::string out;
  for (const char byte : text) out += byte == '\n' ? std::string("\\n") : std::string(1, byte);
  return out;
}

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(' '));
  while (!text.empty() && (text.back() == ' ' || text.back() == ';')) text.pop_back();
  return text;
}

std::string recorded_text(const journal::facts::StatementRow& row) {
  if (row.path == "function") return "function call";
  return trimmed(in_one_line(row.text.value_or("")));
}

std::string recorded_outcome(const journal::facts::StatementRow& row) {
  if (row.outcome == "failed") return row.sqlstate.value_or("failed");
  return row.outcome == "committed" || row.outcome == "rolled back" ? "ok" : row.outcome;
}

bool bears_out(const journal::facts::StatementRow& row, const Claim& claim) {
  if (recorded_outcome(row) != claim.outcome) return false;
  const auto recorded = recorded_text(row);
  if (!claim.text.ends_with(cut_mark)) return recorded == trimmed(claim.text);
  return recorded.starts_with(claim.text.substr(0, claim.text.size() - cut_mark.size()));
}

std::string without_pids(std::string_view output) {
  static const std::regex pid("pid=([0-9]+)");
  const std::string text(output);
  std::map<std::string, std::string> names;
  std::string out;
  std::size_t at = 0;
  for (std::sregex_iterator found(text.begin(), text.end(), pid), end; found != end; ++found) {
    const auto name = names.emplace(found->str(1), std::to_string(names.size() + 1)).first->second;
    const auto begin = static_cast<std::size_t>(found->position());
    out += text.substr(at, begin - at) + "pid=" + name;
    at = begin + static_cast<std::size_t>(found->length());
  }
  return out + text.substr(at);
}

}  // namespace

std::string first_difference(std::string_view output, std::string_view expected) {
  std::istringstream lines(without_pids(output)), expected_lines(without_pids(expected));
  std::string line, expected_line;
  while (true) {
    const bool more = static_cast<bool>(std::getline(lines, line));
    const bool more_expected = static_cast<bool>(std::getline(expected_lines, expected_line));
    if (!more && !more_expected) return "";
    if (more && more_expected && line == expected_line) continue;
    return (more ? line : "(the end)") + "\n  instead of\n" +
           (more_expected ? expected_line : "(the end)") + "\n";
  }
}

std::vector<Claim> claims(std::string_view output) {
  static const std::regex claim("ran pid=([0-9]+) ([a-zA-Z0-9]+) (.*)");
  std::vector<Claim> out;
  std::istringstream lines{std::string(output)};
  for (std::string line; std::getline(lines, line);) {
    std::smatch part;
    if (std::regex_match(line, part, claim)) out.push_back({std::stoll(part[1]), part[2], part[3]});
  }
  return out;
}

std::string contradictions(const std::vector<Claim>& claims, const journal::facts::Facts& facts) {
  std::map<std::int64_t, std::vector<const journal::facts::StatementRow*>> recorded;  // by pid
  for (const auto& connection : facts.connections)
    for (const auto& row : facts.statements)
      if (connection.pid && row.connection == connection.connection)
        recorded[*connection.pid].push_back(&row);

  std::map<std::int64_t, std::size_t> next;  // by pid
  std::string out;
  for (const auto& claim : claims) {
    const auto& rows = recorded[claim.pid];
    auto at = next[claim.pid];
    while (at < rows.size() && !bears_out(*rows[at], claim)) ++at;
    if (at < rows.size()) {
      next[claim.pid] = at + 1;
      continue;
    }
    out += "not in the record: " + claim.outcome + " " + claim.text + "\n";
    for (auto left = next[claim.pid]; left < rows.size() && left < next[claim.pid] + 5; ++left)
      out += "    there: " + recorded_outcome(*rows[left]) + " " +
             recorded_text(*rows[left]).substr(0, 200) + "\n";
  }
  return out;
}

}  // namespace ride::test
