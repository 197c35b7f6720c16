#include "journal/facts/query_string.hpp"

#include <algorithm>
#include <cstdlib>

#include "journal/facts/wire.hpp"

namespace ride::journal::facts {
namespace {

// ErrorResponse counts characters from 1; the text may be UTF-8.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned>(c) & 0xC0U) != 0x80U;
  }));
}

bool beyond_ascii(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<signed char>(c) < 0; });
}

// The server reads the whole string before it runs any of it: a syntax error anywhere, or bytes
// that are no text, end it all. An error at run time can carry the same codes.
bool refused_whole(const Request& request, const sql::Split& split) {
  if (request.answers.size() != 1) return false;
  const auto& answer = request.answers.front();
  if (!answer.failed() || answer.ordinal != 0) return false;
  const auto sqlstate = error_field(*answer.error, 'C').value_or("");
  const auto position = error_field(*answer.error, 'P').value_or("");
  if (sqlstate == "22021") return position.empty() && beyond_ascii(request.text);
  if (sqlstate != "42601") return false;
  if (split.by == sql::SplitBy::scanner) return true;
  const auto& first = split.pieces.front();
  const auto end =
      characters(std::string_view(request.text).substr(0, first.offset + first.length));
  return std::strtoull(position.c_str(), nullptr, 10) > end + 1;
}

// Without a semicolon in it there is but one piece, whatever the parser thinks of it.
bool is_one_piece(const std::string& text) {
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  return text.empty() ||
         (text.find(';') == std::string::npos && !blank(text.front()) && !blank(text.back()));
}

}  // namespace

std::vector<std::string> cut(const Connection& connection, const Request& request,
                             sql::Analyser& analyser) {
  if (is_one_piece(request.text)) return {request.text};
  const auto split = analyser.split(connection.as_parsed(request.seq, request.text));
  if (split.pieces.empty() || refused_whole(request, split)) return {request.text};
  std::vector<std::string> pieces;
  for (const auto& piece : split.pieces)
    pieces.push_back(request.text.substr(piece.offset, piece.length));
  return pieces;
}

}  // namespace ride::journal::facts
