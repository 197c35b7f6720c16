// The tokens of a SQL text, by PostgreSQL's scanner. Kinds are told by the token's own first bytes,
// not by the scanner's numbers, which differ between versions of libpg_query. Any thread may call;
// the scanner recurses nowhere and takes text of any size.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ride::sql {

enum class TokenKind { word, quoted_word, string, parameter, comment, other };

// Is a word one that the grammar knows? `reserved`: it can be no bare name of a column.
enum class Keyword { none, unreserved, reserved };

struct Token {
  std::size_t start = 0;  // bytes of the scanned text; end is one past the last
  std::size_t end = 0;
  TokenKind kind = TokenKind::other;
  Keyword keyword = Keyword::none;
  std::string_view text;  // into the scanned text
};

// nullopt: the scanner refused the text (an unterminated literal or comment, a NUL byte …).
std::optional<std::vector<Token>> scan(std::string_view text);

// The same without comments.
std::optional<std::vector<Token>> scan_words(std::string_view text);

// ASCII only, as PostgreSQL folds keywords.
std::string lower(std::string_view text);
bool equals_ignoring_case(std::string_view text, std::string_view lower_case);
std::size_t find_ignoring_case(std::string_view text, std::string_view lower_case,
                               std::size_t from = 0);

}  // namespace ride::sql
