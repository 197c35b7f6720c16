#include "sql/split.hpp"

#include <pg_query.h>

#include <algorithm>
#include <string>

#include "sql/token.hpp"

namespace ride::sql {
namespace {

constexpr std::string_view white_space = " \t\r\n\f\v";

// Without white space around it, nor a `;` the splitter left at its end.
Piece trimmed(std::string_view text, std::size_t offset, std::size_t length) {
  offset = std::min(offset, text.size());
  std::string_view piece = text.substr(offset, length);
  const std::size_t skipped = std::min(piece.find_first_not_of(white_space), piece.size());
  piece.remove_prefix(skipped);
  while (!piece.empty() &&
         (piece.back() == ';' || white_space.find(piece.back()) != white_space.npos))
    piece.remove_suffix(1);
  return {offset + skipped, piece.size()};
}

bool split_by_parser(std::string_view text, std::vector<Piece>& pieces) {
  const std::string terminated(text);
  PgQuerySplitResult result = pg_query_split_with_parser(terminated.c_str());
  const bool parsed = result.error == nullptr;
  for (int i = 0; parsed && i < result.n_stmts; ++i) {
    const auto offset = static_cast<std::size_t>(std::max(result.stmts[i]->stmt_location, 0));
    const auto length = static_cast<std::size_t>(std::max(result.stmts[i]->stmt_len, 0));
    // A length of 0 means to the end of the text.
    pieces.push_back(trimmed(text, offset, length > 0 ? length : std::string_view::npos));
  }
  pg_query_free_split_result(result);
  return parsed;
}

// Where a `;` does not end a statement: inside parentheses (CREATE RULE) and inside BEGIN ATOMIC …
// END, in which CASE has an END of its own. libpg_query's splitter by scanner is not used, because
// it leaves out statements without a keyword.
class Nesting {
 public:
  void pass(const Token& token) {
    if (token.text == "(") ++parentheses_;
    if (token.text == ")" && parentheses_ > 0) --parentheses_;
    if (token.kind == TokenKind::word) pass_word(token.text);
  }
  bool outermost() const { return parentheses_ == 0 && blocks_ == 0; }

 private:
  void pass_word(std::string_view word) {
    if (after_begin_ && equals_ignoring_case(word, "atomic")) blocks_ = 1;
    if (blocks_ > 0 && equals_ignoring_case(word, "case")) ++blocks_;
    if (blocks_ > 0 && equals_ignoring_case(word, "end")) --blocks_;
    after_begin_ = equals_ignoring_case(word, "begin");
  }

  std::size_t parentheses_ = 0;
  std::size_t blocks_ = 0;
  bool after_begin_ = false;
};

std::vector<Piece> split_by_scanner(std::string_view text) {
  const auto tokens = scan(text);
  if (!tokens) return {trimmed(text, 0, text.size())};
  std::vector<Piece> pieces;
  Nesting nesting;
  std::size_t begun = 0;
  bool has_words = false;
  const auto finish = [&](std::size_t end) {
    if (has_words) pieces.push_back(trimmed(text, begun, end - begun));
    has_words = false;
  };
  for (const Token& token : *tokens) {
    if (token.kind == TokenKind::comment) continue;
    nesting.pass(token);
    if (token.text == ";" && nesting.outermost()) {
      finish(token.start);
      begun = token.end;
    } else {
      has_words = true;
    }
  }
  finish(text.size());
  return pieces;
}

}  // namespace

Split split(std::string_view text) {
  Split out;
  if (text.size() <= parse_bytes_max && split_by_parser(text, out.pieces)) return out;
  out.by = SplitBy::scanner;
  out.pieces = split_by_scanner(text);
  return out;
}

}  // namespace ride::sql
