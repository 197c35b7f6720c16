#include "sql/secret_literal.hpp"

#include <algorithm>
#include <array>

#include "sql/token.hpp"

namespace ride::sql {
namespace {

constexpr std::size_t name_bytes_max = 63;
constexpr std::string_view white_space = " \t\r\n\f\v";

constexpr auto secret_words =
    std::to_array<std::string_view>({"password", "passfile", "passphrase", "passwd"});

bool is_name_byte(char c) {
  return c == '_' || c == '.' || c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

// The end of the next word that names a secret, with its start in `from`; npos if there is none.
std::size_t next_secret_word(std::string_view text, std::size_t& from) {
  std::size_t start = std::string_view::npos;
  std::size_t end = start;
  for (const std::string_view word : secret_words) {
    const std::size_t at = find_ignoring_case(text, word, from);
    if (at >= start) continue;
    start = at;
    end = at + word.size();
  }
  from = start;
  return end;
}

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

// A plain value ends at white space (in a URI also at `&`); one with quotes or escapes has no end
// that could be told for certain.
std::size_t value_end(std::string_view text, std::size_t begin) {
  const bool uri = text.find("://") != std::string_view::npos;
  std::size_t end = text.find_first_of(uri ? " \t\r\n\f\v&" : " \t\r\n\f\v", begin);
  end = std::min(end, text.size());
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
    at = end;
    const bool done = begin != std::string_view::npos &&
                      std::string_view(content).substr(begin + 1).starts_with(redacted_mark);
    if (begin == std::string_view::npos || done) continue;
    content.replace(begin, value_end(content, begin) - begin, redacted_mark);
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

bool cut_verifier(std::string& content) {
  const std::size_t at = find_ignoring_case(content, "scram-sha-256$");
  if (at == std::string_view::npos) return false;
  const std::size_t end = std::min(content.find_first_of(" \t\r\n'\"", at), content.size());
  content.replace(at, end - at, redacted_mark);
  return true;
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

bool names_secret(std::string_view name) {
  const std::string folded = lower(name);
  return std::any_of(secret_words.begin(), secret_words.end(),
                     [&](std::string_view word) { return folded.ends_with(word); });
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

Promise promise_of(std::string_view content) {
  if (content.size() <= name_bytes_max &&
      std::all_of(content.begin(), content.end(), is_name_byte) && names_secret(content))
    return Promise::next;
  std::size_t at = 0;
  for (;;) {
    const std::size_t end = next_secret_word(content, at);
    if (end == std::string_view::npos) return Promise::none;
    const std::size_t next = content.find_first_not_of(white_space, end);
    if (next == std::string_view::npos || content[next] == '%') return Promise::rest;
    at = end;
  }
}

bool cut_connection_string(std::string& content) {
  const bool values = cut_values(content);
  const bool uri = cut_uri(content);
  const bool verifier = cut_verifier(content);
  return values || uri || verifier;
}

}  // namespace ride::sql
