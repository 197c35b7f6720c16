#include "sql/token.hpp"

#include <pg_query.h>

#include <algorithm>
#include <cstdint>

namespace ride::sql {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_word(char c) {
  return c == '_' || (lower(c) >= 'a' && lower(c) <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

// Reads just enough of protobuf's wire format for the two messages of a scan's result:
//   ScanResult { int32 version = 1; repeated ScanToken tokens = 2; }
//   ScanToken  { int32 start = 1; int32 end = 2; …; KeywordKind keyword_kind = 5; }
class Protobuf {
 public:
  explicit Protobuf(std::string_view bytes) : bytes_(bytes) {}

  bool next() {
    if (bytes_.empty()) return false;
    const std::uint64_t key = varint();
    field_ = key >> 3U;
    value_ = 0;
    message_ = {};
    switch (key & 7U) {
      case 0:
        value_ = varint();
        return true;
      case 2: {
        const std::size_t size = std::min<std::size_t>(varint(), bytes_.size());
        message_ = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return true;
      }
      default:
        return false;  // neither message has another wire type
    }
  }
  std::uint64_t field() const { return field_; }
  std::uint64_t value() const { return value_; }
  std::string_view message() const { return message_; }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7fU) << shift;
      if ((byte & 0x80U) == 0) break;
    }
    return value;
  }

  std::string_view bytes_;
  std::uint64_t field_ = 0;
  std::uint64_t value_ = 0;
  std::string_view message_;
};

TokenKind kind_of(std::string_view text) {
  const char first = text.front();
  const char second = text.size() > 1 ? text[1] : '\0';
  if (text.starts_with("--") || text.starts_with("/*")) return TokenKind::comment;
  if (first == '\'') return TokenKind::string;
  if (first == '"') return TokenKind::quoted_word;
  if (first == '$')
    return second >= '0' && second <= '9' ? TokenKind::parameter : TokenKind::string;
  if (!starts_word(first)) return TokenKind::other;
  if (second == '\'') return TokenKind::string;  // E'' B'' X'' N''
  if (lower(first) == 'u' && second == '&' && text.size() > 2) {
    if (text[2] == '\'') return TokenKind::string;
    if (text[2] == '"') return TokenKind::quoted_word;
  }
  return TokenKind::word;
}

bool is_unicode_quote(std::string_view text) {
  return text.size() > 2 && lower(text[0]) == 'u' && text[1] == '&' &&
         (text[2] == '\'' || text[2] == '"');
}

// The scanner gives no usable end for U&'' and U&"": such a token reaches to the next one.
void set_ends(std::vector<Token>& tokens, std::string_view text) {
  std::size_t next = text.size();
  for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
    if (is_unicode_quote(text.substr(token->start))) {
      const auto last = text.find_last_not_of(" \t\r\n\f\v", next - 1);
      token->end = last + 1;
    }
    token->end = std::clamp(token->end, token->start + 1, next);
    token->text = text.substr(token->start, token->end - token->start);
    token->kind = kind_of(token->text);
    next = token->start;
  }
}

// KeywordKind: 1 unreserved, 2 and 3 names of columns or of types and functions, 4 reserved.
Keyword keyword_of(std::uint64_t kind) {
  if (kind == 0) return Keyword::none;
  return kind < 3 ? Keyword::unreserved : Keyword::reserved;
}

std::vector<Token> read_tokens(std::string_view result, std::string_view text) {
  std::vector<Token> tokens;
  for (Protobuf in(result); in.next();) {
    if (in.field() != 2) continue;
    Token token;
    for (Protobuf fields(in.message()); fields.next();) {
      if (fields.field() == 1) token.start = fields.value();
      if (fields.field() == 2) token.end = fields.value();
      if (fields.field() == 5) token.keyword = keyword_of(fields.value());
    }
    const bool in_order = tokens.empty() || tokens.back().start < token.start;
    if (in_order && token.start < text.size()) tokens.push_back(token);
  }
  set_ends(tokens, text);
  return tokens;
}

}  // namespace

std::optional<std::vector<Token>> scan(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated(text);
  PgQueryScanResult result = pg_query_scan(terminated.c_str());
  std::optional<std::vector<Token>> tokens;
  if (result.error == nullptr) tokens = read_tokens({result.pbuf.data, result.pbuf.len}, text);
  pg_query_free_scan_result(result);
  return tokens;
}

std::optional<std::vector<Token>> scan_words(std::string_view text) {
  auto tokens = scan(text);
  if (tokens)
    std::erase_if(*tokens, [](const Token& token) { return token.kind == TokenKind::comment; });
  return tokens;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
  return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return lower(a) == b; });
}

std::size_t find_ignoring_case(std::string_view text, std::string_view lower_case,
                               std::size_t from) {
  if (from > text.size()) return std::string_view::npos;
  const auto begin = text.begin() + static_cast<std::ptrdiff_t>(from);
  const auto at = std::search(begin, text.end(), lower_case.begin(), lower_case.end(),
                              [](char a, char b) { return lower(a) == b; });
  return at == text.end() ? std::string_view::npos : static_cast<std::size_t>(at - text.begin());
}

}  // namespace ride::sql
