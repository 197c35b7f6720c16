// What was said about statements afterwards: evidence first seen and traps sprung, from the graded
// attempt, whom they kept waiting, and comments. Pure but for read_marks(), which reads the
// attempt's file.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "replay/moment.hpp"
#include "scorer/grade.hpp"
#include "scorer/harm.hpp"

namespace ride::journal {
class Reader;
}

namespace ride::replay {

// By the number of the statement; 0: about none of them.
using Marks = std::map<std::int64_t, std::vector<Note>>;

Marks marks_of(const scorer::Verdict& verdict);
// And of the application as a whole, at the end.
void add_to(Marks& marks, const scorer::Harm& harm);

// Evidence and traps are those of a submitted attempt. One that cannot be graded has one mark that
// says why.
Marks read_marks(journal::Reader& reader, std::uint32_t attempt);

// Hands moments on, and behind a statement's answer what was said about it.
class Marked {
 public:
  Marked(Marks marks, std::function<void(const Moment&)> sink)
      : marks_(std::move(marks)), sink_(std::move(sink)) {}

  void hear(const Moment& moment);
  // Marks of statements that were not told, at the time of the last moment.
  void finish();

 private:
  void tell(const Moment& at, std::int64_t n);

  Marks marks_;
  std::function<void(const Moment&)> sink_;
  Moment last_ = {};
};

}  // namespace ride::replay
