// Are the shared texts that events refer to there, and are they what their digest says? Memory
// stays flat: what was looked at lately is remembered, the rest looked up again. Belongs to one
// thread.
#pragma once

#include <string>
#include <unordered_set>

#include "journal/database.hpp"
#include "journal/event.hpp"
#include "journal/sha256.hpp"

namespace ride::journal {

class TextCheck {
 public:
  explicit TextCheck(const Database& database);

  // Of an event with its body as it is stored: what is wrong with its text; "" where nothing is. A
  // text that is bad is told once, at the first event that has it.
  std::string check(Kind kind, Bytes stored_body);

 private:
  std::string look_up(Bytes digest);
  bool is(Bytes text, Bytes digest) { return as_bytes(sha256_.add(text).finish()) == digest; }

  Statement find_;
  // Texts stand in the order in which events first had them: a text that is not remembered is most
  // often the next one, which saves looking for it.
  Statement in_order_;
  bool has_next_;
  Sha256 sha256_;
  std::unordered_set<std::string> good_;
  std::unordered_set<std::string> told_;
};

}  // namespace ride::journal
