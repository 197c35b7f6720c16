#include "sql/secret_literal.hpp"

#include <algorithm>
#include <array>

#include "sql/redact.hpp"
#include "sql/secret_words.hpp"
#include "sql/token.hpp"

namespace ride::sql {
namespace {

constexpr std::string_view white_space = " \t\r\n\f\v";

// Where the value of `password = value` begins, or npos if no value follows. JSON's
// `"password": "…"` counts too.
std::size_t value_after(std::string_view text, std::size_t at) {
  const std::size_t word_end = at;
  while (at < text.size() && (text[at] == '"' || text[at] == '\\')) ++at;
  const bool quoted = at > word_end;
  at = std::min(text.find_first_not_of(white_space, at), text.size());
  const std::string_view rest = text.substr(at);
  if (!rest.starts_with('=') && !rest.starts_with(":=") && !(quoted && rest.starts_with(':')))
    return std::string_view::npos;
  at = text.find_first_not_of("=:>", at);
  if (at == std::string_view::npos) return at;
  return text.find_first_not_of(white_space, at);
}

// A plain value ends at white space (in a URI also at `&`) where nothing or another `name=`
// follows: who forgot the quotes around two words meant both. One with quotes or escapes has no end
// that could be told for certain, nor has one that stands in quotes itself ({"password=a b"}) or in
// a binary value.
std::size_t value_end(std::string_view text, std::size_t word, std::size_t begin) {
  while (word > 0 && is_name_byte(text[word - 1])) --word;
  if (word > 0 && text[word - 1] == '"') return text.size();
  if (text.find('\0') != std::string_view::npos) return text.size();
  const bool uri = text.find("://") != std::string_view::npos;
  std::size_t end = begin;
  for (bool again = true; again;) {
    end = std::min(text.find_first_of(uri ? " \t\r\n\f\v&" : white_space, end), text.size());
    const auto next = std::min(text.find_first_not_of(white_space, end), text.size());
    const auto after = std::min(text.find_first_of(" \t\r\n\f\v=&", next), text.size());
    again = next > end && next < text.size() && (after == text.size() || text[after] != '=');
    if (again) end = next;
  }
  const auto value = text.substr(begin, end - begin);
  return value.find_first_of("'\"\\") == std::string_view::npos ? end : text.size();
}

bool cut_values(std::string& content) {
  bool cut = false;
  std::size_t at = 0;
  for (;;) {
    const std::size_t end = next_secret_word(content, at);
    if (end == std::string_view::npos) return cut;
    const std::size_t begin = value_after(content, end);
    const std::size_t word = at;
    at = end;
    const bool done =
        begin != std::string_view::npos && content.find(redacted_mark, begin) <= begin + 1;
    if (begin == std::string_view::npos || done) continue;
    content.replace(begin, value_end(content, word, begin) - begin, redacted_mark);
    at = begin + redacted_mark.size();
    cut = true;
  }
}

// postgresql://user:secret@host: from the colon to the last @ of the literal.
bool cut_uri(std::string& content) {
  const std::size_t scheme = content.find("://");
  if (scheme == std::string::npos) return false;
  const std::size_t host = content.rfind('@');
  const std::size_t colon = content.find(':', scheme + 3);
  if (host == std::string::npos || colon == std::string::npos || colon > host) return false;
  content.replace(colon + 1, host - colon - 1, redacted_mark);
  return true;
}

constexpr std::string_view scram = "scram-sha-256$";

bool cut_verifiers(std::string& content) {
  bool cut = false;
  for (std::size_t at = 0; at < content.size(); ++at) {
    const auto rest = std::string_view(content).substr(at);
    if (!equals_ignoring_case(rest.substr(0, scram.size()), scram) && !starts_md5_verifier(rest))
      continue;
    const std::size_t end = std::min(content.find_first_of(" \t\r\n'\",", at), content.size());
    content.replace(at, end - at, redacted_mark);
    cut = true;
  }
  return cut;
}

}  // namespace

Quoted quotes_of(std::string_view literal) {
  const std::size_t quote = literal.find_first_of("'\"$");
  if (quote == std::string_view::npos) return {0, 0};
  std::size_t size = 1;
  if (literal[quote] == '$') {
    const std::size_t second = literal.find('$', quote + 1);
    size = second == std::string_view::npos ? literal.size() - quote : second - quote + 1;
  }
  const std::size_t open = quote + size;
  return {open, literal.size() >= open + size ? size : 0};
}

std::string redacted_literal(std::string_view literal) {
  const Quoted quotes = quotes_of(literal);
  return std::string(literal.substr(0, quotes.open)) + std::string(redacted_mark) +
         std::string(literal.substr(literal.size() - quotes.close));
}

bool has_escapes(std::string_view literal) {
  const char first = literal.empty() ? '\0' : literal.front();
  const bool escape_string = first == 'e' || first == 'E' || first == 'u' || first == 'U';
  return escape_string && literal.find('\\') != std::string_view::npos;
}

bool cut_statement_inside(std::string& content) {
  std::size_t at = 0;
  const std::size_t end = next_secret_word(content, at);
  if (end == std::string_view::npos) return false;
  const std::size_t quote = content.find_first_of("'$", end);
  if (quote == std::string::npos) return false;
  content.replace(quote, std::string::npos, redacted_mark);
  return true;
}

bool starts_md5_verifier(std::string_view text) {
  constexpr std::size_t digits = 32;
  if (text.size() < 3 + digits || !equals_ignoring_case(text.substr(0, 3), "md5")) return false;
  text = text.substr(3, digits);
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

bool may_be_secret_tail(std::string_view text, std::size_t hint) {
  const auto rest = text.substr(hint);
  const auto before = text.substr(0, hint);
  const auto has = [&](std::string_view word) {
    return find_ignoring_case(before, word) != std::string_view::npos;
  };
  const bool changes_role = (has("alter ") || has("create ")) && (has("role ") || has("user "));
  return changes_role || rest.find_first_of("'$=") != std::string_view::npos ||
         rest.starts_with("://") || starts_md5_verifier(rest);
}

std::size_t secret_tail(std::string_view text, std::size_t hint) {
  const auto rest = text.substr(hint);
  if (rest.starts_with("://")) return hint + 3;
  if (equals_ignoring_case(rest.substr(0, 5), "scram") || starts_md5_verifier(rest)) return hint;
  const auto behind = [&](std::size_t at) {
    at = std::min(text.find_first_not_of(white_space, at), text.size());
    return at < text.size() && text[at] == '=' ? at + 1 : at;
  };
  std::size_t word = hint;
  while (word < text.size() && is_name_byte(text[word])) ++word;
  if (equals_ignoring_case(rest.substr(0, 4), "pass")) return behind(word);
  const std::size_t literal = text.find_first_of("'$=", hint);
  return literal == std::string_view::npos ? behind(word) : literal;
}

Promise promise_of(std::string_view content) {
  if (is_secret_name(content)) return Promise::next;
  std::size_t at = 0;
  for (;;) {
    const std::size_t end = next_secret_word(content, at);
    if (end == std::string_view::npos) return Promise::none;
    const std::size_t next = content.find_first_not_of(" \t\r\n\f\v=:>\"'", end);
    if (next == std::string_view::npos || content[next] == '%') return Promise::rest;
    at = end;
  }
}

bool cut_connection_string(std::string& content) {
  const bool values = cut_values(content);
  const bool uri = cut_uri(content);
  const bool verifier = cut_verifiers(content);
  return values || uri || verifier;
}

}  // namespace ride::sql
