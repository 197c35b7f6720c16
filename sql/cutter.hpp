// Walks the tokens of one text and copies it without its secrets. Internal to redact.cpp, which has
// found one of the hints in the text and scanned it. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sql/redact.hpp"
#include "sql/token.hpp"

namespace ride::sql {

// Where the first word begins that can come with a secret; npos: there is none.
std::size_t first_hint(std::string_view text);

// A text inside a text (a dollar-quoted body, a comment), `depth` levels down.
std::optional<Redacted> redact_nested(std::string_view text, std::size_t depth, Reading reading);

class Cutter {
 public:
  // `tokens`: without comments. All of them must outlive the cutter.
  Cutter(std::string_view text, const std::vector<Token>& tokens, std::size_t depth,
         Reading reading);

  Redacted cut();
  // After cut(): whether a parameter, a result or COPY data of the text can be a secret.
  bool carries() const { return carries_; }

 private:
  // What is to become of the literals that come next.
  enum class Expect { nothing, next_string, all_strings };

  void pass(const Token& token, std::size_t index);
  void begin_statement(std::size_t index);
  void note(const Token& token, std::size_t index);
  void note_name();
  void note_statement(const Token& token, std::size_t index);
  void note_value(const Token& token, std::size_t index);
  void note_column_list(const Token& token);
  bool note_key_function(const Token& token, std::size_t index);
  bool keeps_expecting(const Token& token, std::size_t index) const;
  bool assigns_later(std::size_t index) const;
  bool must_be_literal(const Token& token) const;
  bool is_mapping_option(std::size_t index) const;
  void pass_string(const Token& token, std::size_t index);
  void pass_quoted_word(const Token& token);
  void promise(std::string_view content);
  bool cut_inside(const Token& token, std::string& content);
  bool nested(std::string& content);
  void replace_whole(const Token& token);
  void replace_content(const Token& token, const std::string& content);
  void replace(std::size_t start, std::size_t end, std::string_view with);
  void cut_to(std::size_t start, std::size_t end);
  std::size_t end_of_statement(std::size_t index) const;
  bool is_before(std::size_t index, std::string_view word) const;

  std::string_view text_;
  const std::vector<Token>& tokens_;
  std::size_t depth_;
  Reading reading_;
  Redacted out_;
  std::size_t copied_ = 0;  // how much of text_ is in out_, or left out
  bool carries_ = false;
  bool escapes_hide_ = false;  // a literal with escapes in it may hide a word: cut it

  // Of the statement that is being passed.
  Expect expect_ = Expect::nothing;
  bool fresh_ = false;              // a name was seen, its value not yet
  bool after_key_literal_ = false;  // expecting because of a string, not of a word
  bool in_list_ = false;            // password IN ('…', '…')
  bool in_mapping_ = false;
  bool strict_ = false;  // a secret's name is followed by its value, be it a literal or not
  bool sets_ = false;    // SET name = value, which takes words without quotes
  bool alters_ = false;
  bool copies_ = false;
  bool prepares_ = false;  // of the whole text
  bool column_listed_ = false;
  bool list_closed_ = false;
  int parentheses_ = 0;
  int key_function_at_ = -1;  // the depth of parentheses at which its name stands; -1: in none
};

}  // namespace ride::sql
