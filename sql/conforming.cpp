#include "sql/conforming.hpp"

#include <cstddef>

namespace ride::sql {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<signed char>(c) < 0;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool in_word(char c) { return is_letter(c) || is_digit(c) || c == '$'; }

class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text), out_(text) {}

  std::string walk() {
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

 private:
  bool begins(std::string_view with) const { return text_.substr(at_).starts_with(with); }

  void step() {
    const char c = text_[at_];
    if (begins("--")) {
      pass_to("\n");
    } else if (begins("/*")) {
      pass_comment();
    } else if (c == '"') {
      ++at_;
      pass_to("\"");
    } else if (c == '$') {
      pass_dollar();
    } else if (c == '\'') {
      pass_string('\0');
    } else if (in_word(c)) {
      pass_word();
    } else {
      ++at_;
    }
  }

  void pass_to(std::string_view end) {
    const auto found = text_.find(end, at_);
    at_ = found == std::string_view::npos ? text_.size() : found + end.size();
  }

  void pass_comment() {
    std::size_t depth = 0;
    do {
      if (begins("/*")) {
        ++depth;
        at_ += 2;
      } else if (begins("*/")) {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth > 0 && at_ < text_.size());
  }

  // A word, or the prefix of the string behind it: E'…', B'…', X'…' have rules of their own.
  void pass_word() {
    const auto begin = at_;
    while (at_ < text_.size() && in_word(text_[at_])) ++at_;
    const bool prefix = at_ - begin == 1 && at_ < text_.size() && text_[at_] == '\'';
    if (prefix) pass_string(text_[begin]);
  }

  void pass_dollar() {
    auto end = at_ + 1;
    if (end < text_.size() && is_letter(text_[end]))
      while (end < text_.size() && (is_letter(text_[end]) || is_digit(text_[end]))) ++end;
    if (end >= text_.size() || text_[end] != '$') {
      ++at_;
      return;
    }
    const auto tag = text_.substr(at_, end + 1 - at_);
    at_ = end + 1;
    pass_to(tag);
  }

  void pass_string(char prefix) {
    const bool bits = prefix == 'b' || prefix == 'B' || prefix == 'x' || prefix == 'X';
    const bool escapes = prefix == 'e' || prefix == 'E';
    for (++at_; at_ < text_.size();) {
      if (text_[at_] == '\\' && !bits) {
        if (!escapes && at_ + 1 < text_.size() && text_[at_ + 1] == '\'') out_[at_] = '\'';
        at_ += 2;
      } else if (begins("''")) {
        at_ += 2;
      } else if (text_[at_++] == '\'') {
        return;
      }
    }
    at_ = text_.size();
  }

  std::string_view text_;
  std::string out_;
  std::size_t at_ = 0;
};

}  // namespace

std::string as_conforming(std::string_view text) { return Walker(text).walk(); }

}  // namespace ride::sql
