#include "sql/literals.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "sql/secret_literal.hpp"
#include "sql/token.hpp"

namespace ride::sql {
namespace {

constexpr std::size_t nesting_max = 4;  // of dollar quotes in each other; deeper ones go whole

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number(const Token& token) {
  if (token.kind != TokenKind::other) return false;
  const auto& text = token.text;
  return is_digit(text.front()) || (text.size() > 1 && text.front() == '.' && is_digit(text[1]));
}

// A backslash in a plain literal may escape its quote for the server (standard_conforming_strings
// off), or be half of a letter in E'…' (SJIS, GBK …): nobody can tell where such literals end.
bool is_ambiguous(const Token& token) {
  if (token.kind != TokenKind::string || token.text.starts_with('$')) return false;
  if (token.text.starts_with('\'')) return token.text.find("\\'") != std::string_view::npos;
  const bool beyond_ascii = std::any_of(token.text.begin(), token.text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0x80U) != 0;
  });
  return beyond_ascii && token.text.find('\\') != std::string_view::npos;
}

bool takes_length(const Token& token) {
  constexpr auto types = std::to_array<std::string_view>(
      {"char", "character", "varchar", "varying", "bpchar", "bit", "varbit", "numeric", "decimal",
       "dec", "float", "time", "timestamp", "timestamptz", "timetz", "interval"});
  return token.kind == TokenKind::word &&
         std::find(types.begin(), types.end(), lower(token.text)) != types.end();
}

std::vector<Cut> tail_of(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto rest = text.substr(at);
    if (is_digit(text[at]) || text[at] == '\'' || text[at] == '"' || text[at] == '$' ||
        rest.starts_with("--") || rest.starts_with("/*"))
      return {{at, text.size(), cut_mark}};
  }
  return {};
}

std::vector<Cut> find(std::string_view text, std::size_t depth);

class Finder {
 public:
  Finder(const std::vector<Token>& tokens, std::size_t depth) : tokens_(tokens), depth_(depth) {}

  std::vector<Cut> run() {
    for (at_ = 0; at_ < tokens_.size(); ++at_) pass(tokens_[at_]);
    return std::move(out_);
  }

 private:
  void pass(const Token& token) {
    if (token.kind == TokenKind::comment) return comment(token);
    if (token.kind == TokenKind::string) {
      string(token);
    } else if (is_number(token)) {
      if (!is_length() && !counts_) out_.push_back({token.start, token.end, cut_literal_mark});
    } else if (token.text == "(") {
      ++parentheses_;
      if (before_ != nullptr && takes_length(*before_)) length_at_ = parentheses_;
    } else if (token.text == ")") {
      if (parentheses_ == length_at_) length_at_ = 0;
      if (parentheses_ > 0) --parentheses_;
    }
    note_statement(token);
    before_ = &token;
  }

  void note_statement(const Token& token) {
    const bool begins = before_ == nullptr || before_->text == ";";
    if (begins)
      counts_ =
          equals_ignoring_case(token.text, "fetch") || equals_ignoring_case(token.text, "move");
  }

  bool is_length() const { return length_at_ > 0 && parentheses_ == length_at_; }

  void comment(const Token& token) {
    constexpr std::size_t mark_bytes = 2;
    const bool closed = token.text.starts_with("/*") && token.text.ends_with("*/");
    const auto end = token.end - (closed ? mark_bytes : 0);
    if (end > token.start + mark_bytes) out_.push_back({token.start + mark_bytes, end, cut_mark});
  }

  void string(const Token& token) {
    if (!token.text.starts_with('$') || depth_ >= nesting_max)
      return out_.push_back({token.start, token.end, cut_literal_mark});
    const auto quotes = quotes_of(token.text);
    const auto content =
        token.text.substr(quotes.open, token.text.size() - quotes.open - quotes.close);
    for (const auto& cut : find_inside(content))
      out_.push_back(
          {token.start + quotes.open + cut.start, token.start + quotes.open + cut.end, cut.mark});
  }

  // A body of code keeps its words; any other text between dollars is one value.
  std::vector<Cut> find_inside(std::string_view content) const {
    const auto tokens = scan(content);
    const bool is_code = tokens && !tokens->empty() && is_body();
    if (!is_code) return {{0, content.size(), cut_mark}};
    return find(content, depth_ + 1);
  }

  // DO $$…$$, DO LANGUAGE plpgsql $$…$$, CREATE FUNCTION … AS $$…$$.
  bool is_body() const {
    if (before_ == nullptr) return false;
    if (equals_ignoring_case(before_->text, "do")) return true;
    const auto first = statement_begin();
    const bool is_do = equals_ignoring_case(tokens_[first].text, "do");
    const bool creates = equals_ignoring_case(tokens_[first].text, "create");
    return is_do || (creates && equals_ignoring_case(before_->text, "as"));
  }

  std::size_t statement_begin() const {
    auto first = at_;
    while (first > 0 && tokens_[first - 1].text != ";") --first;
    while (first < at_ && tokens_[first].kind == TokenKind::comment) ++first;
    return first;
  }

  const std::vector<Token>& tokens_;
  std::size_t depth_;
  std::vector<Cut> out_;
  std::size_t at_ = 0;
  const Token* before_ = nullptr;  // the one before, comments left out
  int parentheses_ = 0;
  int length_at_ = 0;    // the depth at which the length of a type stands; 0: none does
  bool counts_ = false;  // in FETCH or MOVE
};

std::vector<Cut> find(std::string_view text, std::size_t depth) {
  const auto tokens = scan(text);
  if (!tokens || std::any_of(tokens->begin(), tokens->end(), is_ambiguous)) return tail_of(text);
  return Finder(*tokens, depth).run();
}

}  // namespace

std::vector<Cut> literals_of(std::string_view text) { return find(text, 0); }

std::string without(std::string_view text, std::vector<Cut> cuts) {
  std::erase_if(cuts, [](const Cut& cut) { return cut.start >= cut.end; });
  std::sort(cuts.begin(), cuts.end(), [](const Cut& a, const Cut& b) {
    return std::pair(a.start, b.end) < std::pair(b.start, a.end);
  });
  std::string out;
  std::size_t copied = 0;
  for (std::size_t i = 0; i < cuts.size();) {
    auto whole = cuts[i];
    for (++i; i < cuts.size() && cuts[i].start < whole.end; ++i) {
      if (cuts[i].end <= whole.end) continue;
      whole.end = cuts[i].end;
      whole.mark = cut_mark;
    }
    out += text.substr(copied, whole.start - copied);
    out += whole.mark;
    copied = whole.end;
  }
  return out += text.substr(copied);
}

}  // namespace ride::sql
