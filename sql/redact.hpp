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
  std::uint32_t keys = 0;                // arguments of crypt(), pgp_sym_encrypt() and their like
  std::uint32_t cut_tails = 0;           // text that could not be scanned, cut to its end

  void add_counts(const Redacted& other);
  // For Field::redacted: "password 1 connection 2", the kinds with a count above zero.
  std::string summary() const;
};

// A statement is cut wherever it may say a secret; of a message, which is prose for the most part,
// only what can be told to be one.
enum class TextKind : std::uint8_t { statement, message };

struct Reading {
  TextKind kind = TextKind::statement;
  // The session has prepared statements that take a secret: so may every EXECUTE of SQL.
  bool executes_secret = false;
};

// The first test of all functions here, one pass over the bytes: false for nearly every text, and
// then none of them does anything (but for executes_secret).
bool mentions_secret(std::string_view text);

struct Secrets {
  std::optional<Redacted> cut;  // nullopt: nothing to do, record the text as it is
  // Whether the statement can carry a secret, be it that no literal of it does, as in
  // `ALTER ROLE app PASSWORD $1` or `dblink_connect($1)`: what is bound to it, what it returns and
  // what an error says of it must not be recorded as it is.
  bool carries = false;
};
Secrets find_secrets(std::string_view text, Reading reading = {});

std::optional<Redacted> redact(std::string_view text);  // find_secrets(text).cut
bool carries_secret(std::string_view text);             // find_secrets(text).carries

// For what may hold a statement or a connection string without being a statement: error messages,
// their context, values of a result (JSON stays JSON).
std::optional<Redacted> redact_message(std::string_view text);

// A line of the server's jsonlog, which stays JSON. Where one field carries a secret, the others
// can quote it, and lose what may be a quote.
std::optional<Redacted> redact_log_line(std::string_view line);

// COPY data, joined: cut from the first secret to its end, for how values are quoted in it is not
// worked out.
std::optional<Redacted> redact_copy(std::string_view data);

// Whether the word at the end of a name (of a column, an option, a parameter) says that its value
// is secret: password, sslpassword, passfile, passphrase, rolpassword. ASCII, any case.
bool names_secret(std::string_view name);
// Whether a value is such a name and nothing else.
bool is_secret_name(std::string_view value);

}  // namespace ride::sql
