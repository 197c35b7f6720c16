#include "sql/redact.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "sql/cutter.hpp"
#include "sql/secret_literal.hpp"
#include "sql/token.hpp"

namespace ride::sql {
namespace {

constexpr std::size_t nesting_max =
    4;  // of dollar quotes in dollar quotes; deeper ones are cut whole

constexpr char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// The words without which no text carries a secret that this file knows.
constexpr auto hints =
    std::to_array<std::string_view>({"passw", "passfile", "passphrase", "mapping", "subscription",
                                     "dblink", "scram-sha-256$", "://", "crypt", "md5"});

constexpr std::string_view md5 = "md5";  // where 32 hex digits follow: a role's verifier

// For each byte, in either case, the hints (a bit each) that have it at `position`.
using HintsOfByte = std::array<std::uint16_t, 256>;
constexpr HintsOfByte hints_of(std::size_t position) {
  static_assert(hints.size() <= 16, "a bit of a byte for each");
  HintsOfByte out{};
  for (std::size_t byte = 0; byte < out.size(); ++byte)
    for (std::size_t i = 0; i < hints.size(); ++i)
      if (hints[i][position] == folded(static_cast<char>(byte)))
        out[byte] = static_cast<std::uint16_t>(out[byte] | 1U << i);
  return out;
}

bool is_there(std::string_view hint, std::string_view text) {
  if (!equals_ignoring_case(text.substr(0, hint.size()), hint)) return false;
  return hint != md5 || starts_md5_verifier(text);
}

// In a session whose strings escape by backslash, or whose letters have a second half that looks
// like one (SJIS, GBK, BIG5 …), the server sees other literals than the scanner does: nobody can
// tell where they end.
bool is_ambiguous(const Token& token) {
  if (token.kind != TokenKind::string) return false;
  if (token.text.starts_with('\'')) return token.text.find("\\'") != std::string_view::npos;
  if (token.text.front() != 'e' && token.text.front() != 'E') return false;
  for (auto at = token.text.find('\\'); at != std::string_view::npos;
       at = token.text.find('\\', at + 1))
    if ((static_cast<unsigned char>(token.text[at - 1]) & 0x80U) != 0) return true;
  return false;
}

// Text that cannot be read for certain, cut behind the first hint.
std::optional<Redacted> cut_tail(std::string_view text, std::size_t hint, TextKind kind) {
  // An address that names no user has no password either.
  while (hint < text.size() && text.substr(hint).starts_with("://") &&
         text.find('@', hint) == std::string_view::npos) {
    const auto next = first_hint(text.substr(hint + 1));
    if (next == std::string_view::npos) return std::nullopt;
    hint += 1 + next;
  }
  if (hint == std::string_view::npos) hint = find_ignoring_case(text, "execute");
  if (hint == std::string_view::npos) return std::nullopt;
  if (kind == TextKind::message && !may_be_secret_tail(text, hint)) return std::nullopt;
  Redacted out;
  out.text = std::string(text.substr(0, secret_tail(text, hint))) + std::string(redacted_mark);
  out.cut_tails = 1;
  return out;
}

// The text with the secrets in its comments cut, and the counts of them; nullopt: there are none.
std::optional<Redacted> redact_comments(std::string_view text, const std::vector<Token>& tokens,
                                        std::size_t depth) {
  Redacted out;
  std::size_t copied = 0;
  for (const Token& token : tokens) {
    if (token.kind != TokenKind::comment || first_hint(token.text) == std::string_view::npos)
      continue;
    constexpr std::size_t mark_bytes = 2;
    const bool closed = token.text.starts_with("/*") && token.text.ends_with("*/");
    std::string content(
        token.text.substr(mark_bytes, token.text.size() - (closed ? 2 * mark_bytes : mark_bytes)));
    const auto inner = redact_nested(content, depth + 1, {TextKind::message, false});
    if (inner) content = inner->text;
    if (inner) out.add_counts(*inner);
    if (cut_connection_string(content)) ++out.connection_strings;
    out.text += text.substr(copied, token.start + mark_bytes - copied);
    out.text += content;
    copied = token.end - (closed ? mark_bytes : 0);
  }
  if (out.summary().empty()) return std::nullopt;
  out.text += text.substr(copied);
  return out;
}

Secrets find(std::string_view text, std::size_t depth, Reading reading) {
  const std::size_t hint = first_hint(text);
  if (hint == std::string_view::npos && !reading.executes_secret) return {};
  auto tokens = depth > nesting_max ? std::nullopt : scan(text);
  if (!tokens || std::any_of(tokens->begin(), tokens->end(), is_ambiguous))
    return {cut_tail(text, hint, reading.kind), true};
  auto comments = redact_comments(text, *tokens, depth);
  if (comments) {
    text = comments->text;
    tokens = scan(text);
    if (!tokens) return {cut_tail(text, 0, reading.kind), true};
  }
  std::erase_if(*tokens, [](const Token& token) { return token.kind == TokenKind::comment; });
  Cutter cutter(text, *tokens, depth, reading);
  Redacted out = cutter.cut();
  if (comments) out.add_counts(*comments);
  const bool found = !out.summary().empty();
  // What was redacted before is not so again.
  const bool changed = found && (comments || out.text != text);
  return {changed ? std::optional(std::move(out)) : std::nullopt, found || cutter.carries()};
}

}  // namespace

// One pass, no allocation: every text passes here, so that a byte costs two look-ups; it is
// compared further only where two letters fit.
std::size_t first_hint(std::string_view text) {
  constexpr HintsOfByte first = hints_of(0);
  constexpr HintsOfByte second = hints_of(1);
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto fitting = first[static_cast<unsigned char>(text[i])] &
                         second[static_cast<unsigned char>(text[i + 1])];
    if (fitting == 0) continue;
    for (const std::string_view hint : hints)
      if (is_there(hint, text.substr(i))) return i;
  }
  return std::string_view::npos;
}

std::optional<Redacted> redact_nested(std::string_view text, std::size_t depth, Reading reading) {
  return find(text, depth, reading).cut;
}

void Redacted::add_counts(const Redacted& other) {
  passwords += other.passwords;
  connection_strings += other.connection_strings;
  keys += other.keys;
  cut_tails += other.cut_tails;
}

std::string Redacted::summary() const {
  std::string out;
  const auto add = [&](std::string_view kind, std::uint32_t count) {
    if (count == 0) return;
    if (!out.empty()) out += ' ';
    out += std::string(kind) + " " + std::to_string(count);
  };
  add("password", passwords);
  add("connection", connection_strings);
  add("key", keys);
  add("tail", cut_tails);
  return out;
}

bool mentions_secret(std::string_view text) { return first_hint(text) != std::string_view::npos; }

Secrets find_secrets(std::string_view text, Reading reading) { return find(text, 0, reading); }

std::optional<Redacted> redact(std::string_view text) { return find_secrets(text).cut; }

bool carries_secret(std::string_view text) { return find_secrets(text).carries; }

}  // namespace ride::sql
