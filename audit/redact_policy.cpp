#include "audit/redact_policy.hpp"

#include <array>
#include <fstream>
#include <stdexcept>

namespace ride::audit {
namespace {

constexpr std::string_view pattern_key = "pattern=";

// \d and the like are letters to grep -E: the pattern would match nothing, and nobody be told.
void refuse_foreign_escapes(const std::string& expression) {
  for (std::size_t at = 0; at + 1 < expression.size(); ++at) {
    if (expression[at] != '\\') continue;
    const char next = expression[++at];
    const bool letter = (next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '0';
    if (letter && std::string_view("wWsSbB").find(next) == std::string_view::npos)
      throw std::runtime_error(std::string("\\") + next +
                               " means nothing in an extended regular expression; write [0-9], "
                               "[[:alpha:]] and the like");
  }
}

std::string why(const regex_t& compiled, int error) {
  std::array<char, 200> text{};
  regerror(error, &compiled, text.data(), text.size());
  return text.data();
}

void add_word(const std::string& word, RedactPolicy& out) {
  if (word == "results" || word == "all") out.results = true;
  if (word == "parameters" || word == "all") out.parameters = true;
  if (word == "values" || word == "all") out.values = true;
  if (word == "identities" || word == "all") out.identities = true;
  for (const auto* known : {"results", "parameters", "values", "identities", "all"})
    if (word == known) return;
  throw std::runtime_error(
      "\"" + word +
      "\" is no policy; there are results, parameters, values, identities, all, "
      "pattern=REGEX and @FILE");
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == std::string::npos
             ? ""
             : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

void add_list(const std::string& told, RedactPolicy& out) {
  for (std::size_t at = 0; at <= told.size();) {
    if (told.compare(at, pattern_key.size(), pattern_key) == 0) {
      out.patterns.emplace_back(told.substr(at + pattern_key.size()));
      return;
    }
    const auto comma = std::min(told.find(',', at), told.size());
    add_word(trimmed(told.substr(at, comma - at)), out);
    at = comma + 1;
  }
}

void add_file(const std::string& file, RedactPolicy& out) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("cannot read the policy file " + file);
  std::size_t number = 0;
  for (std::string line; std::getline(in, line);) {
    ++number;
    const auto told = trimmed(line);
    if (told.empty() || told.starts_with('#')) continue;
    try {
      add_list(told, out);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(file + ":" + std::to_string(number) + ": " + error.what());
    }
  }
}

}  // namespace

Pattern::Pattern(const std::string& expression) {
  refuse_foreign_escapes(expression);
  auto compiled = std::make_unique<regex_t>();
  if (const int error = regcomp(compiled.get(), expression.c_str(), REG_EXTENDED); error != 0)
    throw std::runtime_error("pattern=" + expression + ": " + why(*compiled, error));
  compiled_ = {compiled.release(), [](regex_t* pattern) {
                 regfree(pattern);
                 delete pattern;
               }};
  regmatch_t nothing{};
  if (regexec(compiled_.get(), "", 1, &nothing, 0) == 0)
    throw std::runtime_error("pattern=" + expression +
                             ": matches the empty text, and so everything");
}

void Pattern::find(std::string_view text, std::vector<sql::Cut>& out) const {
  for (std::size_t at = 0; at < text.size();) {
    regmatch_t match{};
    match.rm_so = static_cast<regoff_t>(at);
    match.rm_eo = static_cast<regoff_t>(text.size());
    const int flags = REG_STARTEND | (at > 0 ? REG_NOTBOL : 0);
    if (regexec(compiled_.get(), text.data(), 1, &match, flags) != 0) return;
    const auto start = static_cast<std::size_t>(match.rm_so);
    const auto end = static_cast<std::size_t>(match.rm_eo);
    if (end > start) out.push_back({start, end, sql::cut_mark});
    at = std::max(end, start + 1);
  }
}

std::string RedactPolicy::names() const {
  std::string out;
  const auto add = [&](bool there, const char* name) {
    if (there) out += (out.empty() ? "" : ",") + std::string(name);
  };
  add(results, "results");
  add(parameters, "parameters");
  add(values, "values");
  add(identities, "identities");
  add(!patterns.empty(), "pattern");
  return out;
}

RedactPolicy read_policy(const std::vector<std::string>& told) {
  RedactPolicy out;
  for (const auto& one : told) {
    if (one.starts_with('@'))
      add_file(one.substr(1), out);
    else
      add_list(one, out);
  }
  if (out.names().empty()) throw std::runtime_error("the policy takes nothing out");
  return out;
}

}  // namespace ride::audit
