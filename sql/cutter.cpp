#include "sql/cutter.hpp"

#include <algorithm>
#include <array>

#include "sql/secret_literal.hpp"
#include "sql/secret_words.hpp"

namespace ride::sql {
namespace {

constexpr std::size_t declaration_tokens_max = 8;

bool is_word(const Token& token, std::string_view lower_case) {
  return token.kind == TokenKind::word && equals_ignoring_case(token.text, lower_case);
}

template <std::size_t size>
bool is_one_of(const Token& token, const std::array<std::string_view, size>& lower_case) {
  return std::any_of(lower_case.begin(), lower_case.end(),
                     [&](std::string_view text) { return equals_ignoring_case(token.text, text); });
}

std::string_view content_of(const Token& token) {
  const Quoted quotes = quotes_of(token.text);
  return token.text.substr(quotes.open, token.text.size() - quotes.open - quotes.close);
}

std::string_view unquoted(const Token& token) {
  return token.kind == TokenKind::quoted_word ? content_of(token) : token.text;
}

bool is_number(const Token& token) {
  return token.kind == TokenKind::other && token.text.front() >= '0' && token.text.front() <= '9';
}

}  // namespace

Cutter::Cutter(std::string_view text, const std::vector<Token>& tokens, std::size_t depth,
               Reading reading)
    : text_(text), tokens_(tokens), depth_(depth), reading_(reading) {
  prepares_ = reading.executes_secret;
  for (const Token& token : tokens) {
    if (token.kind != TokenKind::word) continue;
    const std::string word = lower(token.text);
    if (word.starts_with("dblink") || word == "subscription" || word == "mapping" ||
        word == "server")
      escapes_hide_ = true;
    if (word.starts_with("dblink")) carries_ = true;
    if (word == "prepare") prepares_ = true;
  }
}

Redacted Cutter::cut() {
  for (std::size_t i = 0; i < tokens_.size() && copied_ < text_.size(); ++i) {
    if (i == 0 || tokens_[i - 1].text == ";") begin_statement(i);
    if (tokens_[i].start >= copied_) pass(tokens_[i], i);
  }
  out_.text += text_.substr(std::min(copied_, text_.size()));
  return std::move(out_);
}

void Cutter::pass(const Token& token, std::size_t index) {
  if (token.kind == TokenKind::string) return pass_string(token, index);
  if (token.kind == TokenKind::quoted_word && !must_be_literal(token)) pass_quoted_word(token);
  note(token, index);
}

void Cutter::begin_statement(std::size_t index) {
  expect_ = Expect::nothing;
  fresh_ = after_key_literal_ = in_list_ = in_mapping_ = strict_ = sets_ = false;
  alters_ = copies_ = column_listed_ = list_closed_ = false;
  parentheses_ = 0;
  key_function_at_ = -1;
  if (reading_.kind != TextKind::statement || depth_ > 0 || begins_statement(tokens_[index].text))
    return;
  strict_ = true;
  const auto start = tokens_[index].start;
  const auto end = end_of_statement(index);
  const auto piece = text_.substr(start, end - start);
  const auto hint = first_hint(piece);
  if (hint == std::string_view::npos) return;
  const auto tail = secret_tail(piece, hint);
  if (tail != std::string_view::npos) cut_to(start + tail, end);
}

void Cutter::note(const Token& token, std::size_t index) {
  note_statement(token, index);
  if (note_key_function(token, index)) return;
  note_column_list(token);
  if (expect_ == Expect::all_strings) {
    if (token.kind == TokenKind::parameter) carries_ = true;
    if (is_number(token)) cut_to(token.start, token.end);
    return;
  }
  const bool named = token.kind == TokenKind::word || token.kind == TokenKind::quoted_word;
  if (must_be_literal(token) && !(named && names_secret(unquoted(token))))
    return note_value(token, index);
  if (named && (names_secret(unquoted(token)) || (strict_ && is_misspelt(token.text))))
    return note_name();
  if (token.kind == TokenKind::parameter) {
    if (expect_ == Expect::next_string) carries_ = true;
    expect_ = Expect::nothing;
  } else if (!keeps_expecting(token, index) && !assigns_later(index)) {
    expect_ = Expect::nothing;
  }
  if (is_word(token, "in") || is_word(token, "any") || is_word(token, "array")) in_list_ = true;
}

void Cutter::note_name() {
  expect_ = Expect::next_string;
  fresh_ = true;
  after_key_literal_ = in_list_ = false;
  if (parentheses_ > 0) column_listed_ = true;
  if (copies_) carries_ = true;
}

// Which statement it is, as far as it matters here.
void Cutter::note_statement(const Token& token, std::size_t index) {
  if (token.text == "(") ++parentheses_;
  if (token.text == ")") --parentheses_;
  if (token.kind != TokenKind::word) return;
  const bool changes = is_before(index, "create") || is_before(index, "alter");
  if (changes && takes_secret(token.text)) strict_ = true;
  if (is_word(token, "data") && is_before(index, "foreign")) strict_ = true;
  if (is_word(token, "alter")) alters_ = true;
  if (is_word(token, "copy")) copies_ = true;
  constexpr auto before_first =
      std::to_array<std::string_view>({";", "begin", "then", "else", "loop", "explain"});
  const bool first = index == 0 || is_one_of(tokens_[index - 1], before_first);
  if (is_word(token, "set") && (first || (alters_ && strict_))) strict_ = sets_ = true;
  if (is_word(token, "mapping") && is_before(index, "user")) in_mapping_ = carries_ = true;
  if (is_word(token, "subscription") && changes) carries_ = true;
  if (is_word(token, "execute") && prepares_) {
    expect_ = Expect::all_strings;
    carries_ = true;
  }
}

// The arguments of crypt() and of what encrypts and decrypts: keys, and what they protect.
bool Cutter::note_key_function(const Token& token, std::size_t index) {
  if (key_function_at_ >= 0) {
    if (token.kind == TokenKind::parameter) carries_ = true;
    if (token.text == ")" && parentheses_ <= key_function_at_) key_function_at_ = -1;
    return true;
  }
  if (token.text != "(" || index == 0 || tokens_[index - 1].kind != TokenKind::word) return false;
  if (find_ignoring_case(tokens_[index - 1].text, "crypt") == std::string_view::npos) return false;
  key_function_at_ = parentheses_ - 1;
  return true;
}

// INSERT INTO t (name, password) VALUES …, SET (name, password) = …, lower(password) = …: which of
// the literals that follow is the secret is not worked out.
void Cutter::note_column_list(const Token& token) {
  if (list_closed_) {
    constexpr auto values = std::to_array<std::string_view>(
        {"=", "<>", "!=", "in", "like", "values", "select", "overriding", "with", "table"});
    if (is_one_of(token, values)) expect_ = Expect::all_strings;
    list_closed_ = column_listed_ = false;
  }
  if (token.text == ")" && column_listed_) list_closed_ = true;
}

// The value that stands where a literal should: PASSWORD hunter2, SET a.password TO hunter2.
void Cutter::note_value(const Token& token, std::size_t index) {
  constexpr auto no_values =
      std::to_array<std::string_view>({"null", "default", "from", ")", ",", ";", "reset"});
  if (token.kind == TokenKind::parameter) carries_ = true;
  const bool value = token.kind != TokenKind::parameter && !is_one_of(token, no_values);
  expect_ = Expect::nothing;
  fresh_ = false;
  // Without SET it is an error, and nobody knows where the value was meant to end.
  if (value) cut_to(token.start, sets_ ? end_of_statement(index) : text_.size());
}

bool Cutter::must_be_literal(const Token& token) const {
  constexpr auto between = std::to_array<std::string_view>({"=", ":=", "=>", "(", ":", "||", "to"});
  return strict_ && fresh_ && expect_ == Expect::next_string && !is_one_of(token, between);
}

// PASSWORD = '…', password => '…', TO '…', password(…): still the same value to come.
bool Cutter::keeps_expecting(const Token& token, std::size_t index) const {
  constexpr auto fillers =
      std::to_array<std::string_view>({"=", ":=", "=>", "(", ":", "||", "::", "<>", "!=", "~", "[",
                                       "to", "in", "any", "array", "not", "like", "ilike"});
  const bool cast = is_before(index, "::");
  return is_one_of(token, fillers) || cast ||
         ((after_key_literal_ || in_list_) && token.text == ",");
}

// `password text := '…'`: a declaration, its type before the value.
bool Cutter::assigns_later(std::size_t index) const {
  const std::size_t end = std::min(index + declaration_tokens_max, tokens_.size());
  for (; index < end && tokens_[index].text != ";"; ++index)
    if (tokens_[index].text == ":=") return true;
  return false;
}

// In OPTIONS of a user mapping everything but the user's name is secret.
bool Cutter::is_mapping_option(std::size_t index) const {
  if (!in_mapping_ || index == 0) return false;
  const std::string key = lower(unquoted(tokens_[index - 1]));
  return key != "user" && key != "username";
}

void Cutter::pass_string(const Token& token, std::size_t index) {
  if (key_function_at_ >= 0) {
    carries_ = true;
    ++out_.keys;
    return replace(token.start, token.end, redacted_literal(token.text));
  }
  fresh_ = list_closed_ = false;
  if (expect_ != Expect::nothing || is_mapping_option(index) ||
      (escapes_hide_ && has_escapes(token.text)))
    return replace_whole(token);
  std::string content(content_of(token));
  const bool connection = cut_connection_string(content);
  const bool statement = cut_inside(token, content);
  if (connection || statement) {
    replace_content(token, content);
    if (connection) ++out_.connection_strings;
  } else if (is_before(index, "connection") &&
             find_ignoring_case(content, "passw") != std::string_view::npos) {
    replace_whole(token);
  }
  promise(content_of(token));
}

void Cutter::promise(std::string_view content) {
  switch (promise_of(content)) {
    case Promise::none:
      break;
    case Promise::next:
      expect_ = Expect::next_string;
      after_key_literal_ = carries_ = true;
      break;
    case Promise::rest:
      expect_ = Expect::all_strings;
      break;
  }
}

// An identifier with a whole statement in it: how messages quote one.
void Cutter::pass_quoted_word(const Token& token) {
  std::string content(content_of(token));
  if (first_hint(content) == std::string_view::npos) return;
  if (nested(content)) replace_content(token, content);
}

bool Cutter::cut_inside(const Token& token, std::string& content) {
  if (token.text.starts_with('$')) return nested(content);
  if (!cut_statement_inside(content)) return false;
  ++out_.passwords;
  return true;
}

bool Cutter::nested(std::string& content) {
  auto inner = redact_nested(content, depth_ + 1, reading_);
  if (!inner) return false;
  out_.add_counts(*inner);
  content = std::move(inner->text);
  return true;
}

void Cutter::replace_whole(const Token& token) {
  replace(token.start, token.end, redacted_literal(token.text));
  ++out_.passwords;
}

void Cutter::replace_content(const Token& token, const std::string& content) {
  const Quoted quotes = quotes_of(token.text);
  replace(token.start, token.end,
          std::string(token.text.substr(0, quotes.open)) + content +
              std::string(token.text.substr(token.text.size() - quotes.close)));
}

void Cutter::replace(std::size_t start, std::size_t end, std::string_view with) {
  out_.text += text_.substr(copied_, start - copied_);
  out_.text += with;
  copied_ = end;
}

void Cutter::cut_to(std::size_t start, std::size_t end) {
  replace(start, end, redacted_mark);
  ++out_.passwords;
}

std::size_t Cutter::end_of_statement(std::size_t index) const {
  for (; index < tokens_.size(); ++index)
    if (tokens_[index].text == ";") return tokens_[index].start;
  return text_.size();
}

bool Cutter::is_before(std::size_t index, std::string_view word) const {
  return index > 0 && equals_ignoring_case(tokens_[index - 1].text, word);
}

}  // namespace ride::sql
