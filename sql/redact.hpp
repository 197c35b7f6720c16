// Takes secrets out of SQL text before it is recorded: passwords of roles, of user mappings, of
// subscriptions and of connection strings. It works on tokens, never on a parse tree, so that text
// with a syntax error loses its secret too; text that cannot even be scanned (an unterminated
// literal) is cut from the first literal behind the keyword to its end.
//
// Calls nothing but the scanner, which needs little stack, and that only after a byte search found
// one of the few words that can carry a secret. Any thread may call. When in doubt it cuts too
// much.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ride::sql {

struct Redacted {
  std::string text;             // with '<redacted>' in the place of each secret
  std::uint32_t passwords = 0;  // literals after PASSWORD, in OPTIONS (… password '…') too
  std::uint32_t connection_strings = 0;  // password=… inside a literal, or the whole literal
  std::uint32_t cut_tails = 0;           // text that could not be scanned, cut to its end

  void add_counts(const Redacted& other);
  // For Field::redacted: "password 1 connection 2", the kinds with a count above zero.
  std::string summary() const;
};

// The first test of all functions here, one pass over the bytes: false for nearly every text, and
// then none of them does anything.
bool mentions_secret(std::string_view text);

// nullopt: nothing to do, record the text as it is.
std::optional<Redacted> redact(std::string_view text);

// Whether the statement can carry a secret even where no literal of it does, as in
// `ALTER ROLE app PASSWORD $1` or `dblink_connect($1)`: its bound parameters must not be recorded.
bool carries_secret(std::string_view text);

// For what may hold a statement or a connection string without being a statement: error messages,
// their context, log lines (JSON stays JSON), values of a result.
std::optional<Redacted> redact_message(std::string_view text);

}  // namespace ride::sql
