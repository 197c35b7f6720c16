#include "sql/redact.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "sql/secret_literal.hpp"
#include "sql/token.hpp"

namespace ride::sql {
namespace {

constexpr std::size_t nesting_max =
    4;  // of dollar quotes in dollar quotes; deeper ones are cut whole

constexpr std::size_t declaration_tokens_max = 8;

constexpr char folded(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

// The words without which no text carries a secret that this file knows.
constexpr auto hints =
    std::to_array<std::string_view>({"passw", "passfile", "passphrase", "mapping", "subscription",
                                     "dblink", "scram-sha-256$", "://"});

// For each byte, in either case, the hints (a bit each) that have it at `position`.
using HintsOfByte = std::array<std::uint8_t, 256>;
constexpr HintsOfByte hints_of(std::size_t position) {
  static_assert(hints.size() <= 8, "a bit of a byte for each");
  HintsOfByte out{};
  for (std::size_t byte = 0; byte < out.size(); ++byte)
    for (std::size_t i = 0; i < hints.size(); ++i)
      if (hints[i][position] == folded(static_cast<char>(byte)))
        out[byte] = static_cast<std::uint8_t>(out[byte] | 1U << i);
  return out;
}

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
      if (equals_ignoring_case(text.substr(i, hint.size()), hint)) return i;
  }
  return std::string_view::npos;
}

bool is_word(const Token& token, std::string_view lower_case) {
  return token.kind == TokenKind::word && equals_ignoring_case(token.text, lower_case);
}

std::string_view unquoted(const Token& token) {
  if (token.kind != TokenKind::quoted_word) return token.text;
  const Quoted quotes = quotes_of(token.text);
  return token.text.substr(quotes.open, token.text.size() - quotes.open - quotes.close);
}

// Walks the tokens of a text that can be scanned, and copies it without its secrets.
class Cutter {
 public:
  Cutter(std::string_view text, const std::vector<Token>& tokens, std::size_t depth)
      : text_(text), tokens_(tokens), depth_(depth) {
    for (const Token& token : tokens) {
      if (token.kind != TokenKind::word) continue;
      const std::string word = lower(token.text);
      if (word.starts_with("dblink") || word == "subscription" || word == "mapping" ||
          word == "server")
        sensitive_ = true;
    }
  }

  Redacted cut() {
    for (std::size_t i = 0; i < tokens_.size() && copied_ < text_.size(); ++i) {
      const Token& token = tokens_[i];
      if (token.kind == TokenKind::string)
        pass_string(token, i);
      else if (token.kind == TokenKind::quoted_word)
        pass_quoted_word(token);
      if (token.kind != TokenKind::string) note(token, i);
    }
    out_.text += text_.substr(std::min(copied_, text_.size()));
    return std::move(out_);
  }
  bool bound() const { return bound_; }  // a parameter stands where a secret would

 private:
  enum class Expect { nothing, next_string, all_strings };

  // What this token says about the strings behind it.
  void note(const Token& token, std::size_t index) {
    if (token.text == ";") {
      expect_ = Expect::nothing;
      in_mapping_ = false;
      return;
    }
    if (expect_ == Expect::all_strings) {
      if (token.kind == TokenKind::parameter) bound_ = true;
      return;
    }
    const bool named = token.kind == TokenKind::word || token.kind == TokenKind::quoted_word;
    if (is_word(token, "mapping") && index > 0 && is_word(tokens_[index - 1], "user"))
      in_mapping_ = true;
    if (named && names_secret(unquoted(token))) {
      expect_ = Expect::next_string;
      after_key_literal_ = false;
    } else if (token.kind == TokenKind::parameter) {
      if (expect_ == Expect::next_string) bound_ = true;
      expect_ = Expect::nothing;
    } else if (!keeps_expecting(token) && !assigns_later(index)) {
      expect_ = Expect::nothing;
    }
  }

  // PASSWORD = '…', password => '…', TO '…', password(…): still the same value to come.
  bool keeps_expecting(const Token& token) const {
    constexpr auto fillers = std::to_array<std::string_view>({"=", ":=", "=>", "(", ":", "||"});
    return std::find(fillers.begin(), fillers.end(), token.text) != fillers.end() ||
           is_word(token, "to") || (after_key_literal_ && token.text == ",");
  }

  // `password text := '…'`: a declaration, its type before the value.
  bool assigns_later(std::size_t index) const {
    const std::size_t end = std::min(index + declaration_tokens_max, tokens_.size());
    for (; index < end && tokens_[index].text != ";"; ++index)
      if (tokens_[index].text == ":=") return true;
    return false;
  }

  void pass_string(const Token& token, std::size_t index) {
    const bool wanted = expect_ != Expect::nothing || is_mapping_option(index) ||
                        (sensitive_ && has_escapes(token.text));
    if (wanted) {
      replace_whole(token);
      return;
    }
    std::string content(content_of(token));
    const bool connection = cut_connection_string(content);
    const bool statement = cut_inside(token, content);
    if (connection || statement) {
      replace_content(token, content);
      if (connection) ++out_.connection_strings;
    } else if (index > 0 && is_word(tokens_[index - 1], "connection") &&
               find_ignoring_case(content, "passw") != std::string_view::npos) {
      replace_whole(token);
    }
    promise(content_of(token));
  }

  void promise(std::string_view content) {
    switch (promise_of(content)) {
      case Promise::none:
        break;
      case Promise::next:
        expect_ = Expect::next_string;
        after_key_literal_ = true;
        break;
      case Promise::rest:
        expect_ = Expect::all_strings;
        break;
    }
  }

  // An identifier with a whole statement in it: how messages quote one.
  void pass_quoted_word(const Token& token) {
    std::string content(content_of(token));
    if (first_hint(content) == std::string_view::npos) return;
    if (nested(content)) replace_content(token, content);
  }

  bool cut_inside(const Token& token, std::string& content) {
    if (token.text.starts_with('$')) return nested(content);
    if (!cut_statement_inside(content)) return false;
    ++out_.passwords;
    return true;
  }

  bool nested(std::string& content);

  // In OPTIONS of a user mapping everything but the user's name is secret.
  bool is_mapping_option(std::size_t index) const {
    if (!in_mapping_ || index == 0) return false;
    const std::string key = lower(unquoted(tokens_[index - 1]));
    return key != "user" && key != "username";
  }

  std::string_view content_of(const Token& token) const {
    const Quoted quotes = quotes_of(token.text);
    return token.text.substr(quotes.open, token.text.size() - quotes.open - quotes.close);
  }

  void replace_whole(const Token& token) {
    replace(token, redacted_literal(token.text));
    ++out_.passwords;
    // With standard_conforming_strings off, 'a\' goes on behind the quote.
    if (token.text.starts_with('\'') && content_of(token).ends_with('\\')) {
      copied_ = text_.size();
      ++out_.cut_tails;
    }
  }

  void replace_content(const Token& token, const std::string& content) {
    const Quoted quotes = quotes_of(token.text);
    replace(token, std::string(token.text.substr(0, quotes.open)) + content +
                       std::string(token.text.substr(token.text.size() - quotes.close)));
  }

  void replace(const Token& token, const std::string& with) {
    out_.text += text_.substr(copied_, token.start - copied_);
    out_.text += with;
    copied_ = token.end;
  }

  std::string_view text_;
  const std::vector<Token>& tokens_;
  std::size_t depth_;
  Redacted out_;
  std::size_t copied_ = 0;  // how much of text_ is in out_
  Expect expect_ = Expect::nothing;
  bool after_key_literal_ = false;  // expecting because of a string, not of a word
  bool in_mapping_ = false;
  bool sensitive_ = false;
  bool bound_ = false;
};

// Text that cannot be scanned: cut behind the first hint, at the literal or value that follows.
std::optional<Redacted> cut_tail(std::string_view text, std::size_t hint) {
  std::size_t cut = text.find_first_of("'$", hint);
  const std::size_t equals = text.find('=', hint);
  if (equals != std::string_view::npos) cut = std::min(cut, equals + 1);
  if (text.substr(hint).starts_with("://")) cut = hint + 3;
  if (equals_ignoring_case(text.substr(hint, 5), "scram")) cut = hint;
  if (cut == std::string_view::npos) return std::nullopt;
  Redacted out;
  out.text = std::string(text.substr(0, cut)) + std::string(redacted_mark);
  out.cut_tails = 1;
  return out;
}

std::optional<Redacted> redact_nested(std::string_view text, std::size_t depth) {
  const std::size_t hint = first_hint(text);
  if (hint == std::string_view::npos) return std::nullopt;
  const auto tokens = depth > nesting_max ? std::nullopt : scan_words(text);
  if (!tokens) return cut_tail(text, hint);
  Cutter cutter(text, *tokens, depth);
  Redacted out = cutter.cut();
  const bool found = out.passwords + out.connection_strings + out.cut_tails > 0;
  return found ? std::optional(std::move(out)) : std::nullopt;
}

bool Cutter::nested(std::string& content) {
  auto inner = redact_nested(content, depth_ + 1);
  if (!inner) return false;
  out_.add_counts(*inner);
  content = std::move(inner->text);
  return true;
}

}  // namespace

void Redacted::add_counts(const Redacted& other) {
  passwords += other.passwords;
  connection_strings += other.connection_strings;
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
  add("tail", cut_tails);
  return out;
}

bool mentions_secret(std::string_view text) { return first_hint(text) != std::string_view::npos; }

std::optional<Redacted> redact(std::string_view text) { return redact_nested(text, 0); }

bool carries_secret(std::string_view text) {
  const std::size_t hint = first_hint(text);
  if (hint == std::string_view::npos) return false;
  const auto tokens = scan_words(text);
  if (!tokens) return true;
  Cutter cutter(text, *tokens, 0);
  const Redacted cut = cutter.cut();
  const bool by_name = std::any_of(tokens->begin(), tokens->end(), [](const Token& token) {
    const std::string word = token.kind == TokenKind::word ? lower(token.text) : "";
    return word.starts_with("dblink") || word == "mapping" || word == "subscription";
  });
  return by_name || cutter.bound() || !cut.summary().empty();
}

}  // namespace ride::sql
