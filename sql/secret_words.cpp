#include "sql/secret_words.hpp"

#include <algorithm>
#include <array>

#include "sql/redact.hpp"
#include "sql/token.hpp"

namespace ride::sql {
namespace {

constexpr std::size_t name_bytes_max = 63;
constexpr std::size_t misspelt_bytes_max = 10;

constexpr auto secret_words =
    std::to_array<std::string_view>({"password", "passfile", "passphrase", "passwd",
                                     "client_secret", "scram_client_key", "scram_server_key"});

constexpr auto verbs = std::to_array<std::string_view>(
    {"(",          "abort",   "alter",   "analyse", "analyze", "begin",    "call",
     "checkpoint", "close",   "cluster", "comment", "commit",  "copy",     "create",
     "deallocate", "declare", "delete",  "discard", "do",      "drop",     "end",
     "execute",    "explain", "fetch",   "grant",   "import",  "insert",   "listen",
     "load",       "lock",    "merge",   "move",    "notify",  "prepare",  "reassign",
     "refresh",    "reindex", "release", "reset",   "revoke",  "rollback", "savepoint",
     "security",   "select",  "set",     "show",    "start",   "table",    "truncate",
     "unlisten",   "update",  "vacuum",  "values",  "with"});

constexpr auto strict_objects = std::to_array<std::string_view>(
    {"role", "user", "group", "server", "subscription", "database", "system"});

template <std::size_t size>
bool is_among(std::string_view word, const std::array<std::string_view, size>& lower_case) {
  return std::any_of(lower_case.begin(), lower_case.end(),
                     [&](std::string_view one) { return equals_ignoring_case(word, one); });
}

}  // namespace

bool is_name_byte(char c) {
  return c == '_' || c == '.' || c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
         (c >= 'A' && c <= 'Z');
}

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

bool is_misspelt(std::string_view word) {
  return word.size() <= misspelt_bytes_max && find_ignoring_case(word, "passw") == 0;
}

bool begins_statement(std::string_view word) { return is_among(word, verbs); }

bool takes_secret(std::string_view object) { return is_among(object, strict_objects); }

bool names_secret(std::string_view name) {
  const std::string folded = lower(name);
  return std::any_of(secret_words.begin(), secret_words.end(),
                     [&](std::string_view word) { return folded.ends_with(word); });
}

bool is_secret_name(std::string_view value) {
  return value.size() <= name_bytes_max && std::all_of(value.begin(), value.end(), is_name_byte) &&
         names_secret(value);
}

}  // namespace ride::sql
