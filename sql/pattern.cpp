// Patterns of LIKE and `~`, and array literals; declared in condition.hpp.
#include <algorithm>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "sql/condition.hpp"

namespace ride::sql {
namespace {

constexpr std::size_t regex_value_bytes_max = 1'000;  // std::regex recurses with the text's length
constexpr std::size_t regex_pattern_bytes_max = 200;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ' ' ||
         c == '_' || c == '-' || c == '/' || c == ':' || c == '@' || c == '=';
}

// The common ground of PostgreSQL's regular expressions and ECMAScript's: plain characters, `.`,
// anchors at the ends of branches, groups, bracketed plain characters, and `*` `+` `?` once each.
bool is_simple(std::string_view pattern) {
  char before = '(';
  bool in_bracket = false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (in_bracket) {
      if (c == ']' && before != '[' && before != '^')
        in_bracket = false;
      else if (!is_plain(c) && !(c == '^' && before == '['))
        return false;
    } else if (c == '*' || c == '+' || c == '?') {
      if (std::string_view("(|^$*+?").find(before) != std::string_view::npos) return false;
    } else if (c == '[') {
      in_bracket = true;
    } else if (!is_plain(c) && std::string_view(".^$()|").find(c) == std::string_view::npos) {
      return false;
    }
    before = c;
  }
  return !in_bracket;
}

std::size_t character_bytes(std::string_view text) {
  std::size_t size = 1;  // of UTF-8: the bytes that continue the first
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0U) == 0x80U) ++size;
  return size;
}

}  // namespace

// Greedy with one point to fall back to, the last `%`: linear space, no recursion.
std::optional<bool> like(std::string_view value, std::string_view pattern) {
  std::string_view retry_value;
  std::string_view retry_pattern;
  bool can_retry = false;
  for (;;) {
    if (!pattern.empty() && pattern.front() == '%') {
      pattern.remove_prefix(1);
      retry_value = value;
      retry_pattern = pattern;
      can_retry = true;
      continue;
    }
    if (value.empty() && pattern.empty()) return true;
    if (!value.empty() && !pattern.empty()) {
      if (pattern.front() == '_') {
        pattern.remove_prefix(1);
        value.remove_prefix(character_bytes(value));
        continue;
      }
      const bool escaped = pattern.front() == '\\';
      if (escaped && pattern.size() == 1) return std::nullopt;
      if (pattern[escaped ? 1 : 0] == value.front()) {
        pattern.remove_prefix(escaped ? 2 : 1);
        value.remove_prefix(1);
        continue;
      }
    }
    if (!can_retry || retry_value.empty()) return false;
    retry_value.remove_prefix(character_bytes(retry_value));
    value = retry_value;
    pattern = retry_pattern;
  }
}

std::optional<bool> regex_matches(std::string_view value, std::string_view pattern,
                                  bool ignore_case) {
  const bool fits =
      value.size() <= regex_value_bytes_max && pattern.size() <= regex_pattern_bytes_max;
  const bool same_meaning = std::all_of(value.begin(), value.end(), [](char c) {
    return c != '\n' && c != '\r' && static_cast<unsigned char>(c) < 0x80;
  });
  if (!fits || !same_meaning || !is_simple(pattern)) return std::nullopt;
  try {
    auto flags = std::regex::ECMAScript;
    if (ignore_case) flags |= std::regex::icase;
    const std::regex regex(pattern.begin(), pattern.end(), flags);
    return std::regex_search(value.begin(), value.end(), regex);
  } catch (const std::regex_error&) {
    return std::nullopt;  // unbalanced, or too much work
  }
}

std::optional<std::vector<std::string>> array_elements(std::string_view literal) {
  if (literal.size() < 2 || literal.front() != '{' || literal.back() != '}') return std::nullopt;
  literal = literal.substr(1, literal.size() - 2);
  std::vector<std::string> out;
  while (!literal.empty()) {
    const std::size_t comma = std::min(literal.find(','), literal.size());
    std::string element(literal.substr(0, comma));
    literal.remove_prefix(std::min(comma + 1, literal.size()));
    const bool plain = !element.empty() && element.find_first_of("\"\\{} ") == std::string::npos;
    if (!plain || element == "NULL" || element == "null") return std::nullopt;
    out.push_back(std::move(element));
  }
  return out;
}

}  // namespace ride::sql
