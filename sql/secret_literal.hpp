// Secrets inside one literal: connection strings, URIs, password hashes, SQL within SQL. Internal
// to redact.cpp. Works on the raw token, quotes and escapes included; cuts too much when in doubt.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ride::sql {

inline constexpr std::string_view redacted_mark = "<redacted>";

struct Quoted {
  std::size_t open = 0;   // bytes before the content: E', U&', $tag$
  std::size_t close = 0;  // bytes after it
};
Quoted quotes_of(std::string_view literal);

// The literal with all its content replaced.
std::string redacted_literal(std::string_view literal);

// Whether escapes could hide a word from a search: E'\x70…', U&'\0070…'.
bool has_escapes(std::string_view literal);

// Whether the text begins with a role's verifier for md5: the word and 32 hex digits.
bool starts_md5_verifier(std::string_view text);

// Where the secret begins that the hint at that position comes with, in a text that cannot be read
// for certain: behind the word and its `=`, or at the literal behind it.
std::size_t secret_tail(std::string_view text, std::size_t hint);
// Whether that hint comes with a secret in prose, too: a literal follows, or a role is changed.
bool may_be_secret_tail(std::string_view text, std::size_t hint);

// Replaces the secret parts of a literal's content: `password=…`, `scheme://user:…@`, SCRAM
// verifiers. Returns whether there were any. A quoted value, or one with a backslash, is cut to the
// literal's end.
bool cut_connection_string(std::string& content);

// SQL inside a quoted literal, EXECUTE 'ALTER ROLE x PASSWORD ''…''': cut from the first quote
// behind the word to the end.
bool cut_statement_inside(std::string& content);

// What a literal says about the literals behind it: nothing, that the next one is its value
// (set_config('app.password', '…')), or that it is the beginning of a text that the rest of the
// statement completes (format('ALTER ROLE x PASSWORD %L', '…'), '… PASSWORD ' || '…').
enum class Promise { none, next, rest };
Promise promise_of(std::string_view content);

}  // namespace ride::sql
