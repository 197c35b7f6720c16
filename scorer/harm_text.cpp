#include <cstdio>

#include "scorer/harm.hpp"

namespace ride::scorer {
namespace {

std::string seconds_of(std::int64_t us) {
  char text[40];
  std::snprintf(text, sizeof text, "%.1f s", static_cast<double>(us) / 1e6);
  return text;
}

}  // namespace

std::string sentence_of(const HeldUp& row) {
  auto text = "kept " + row.actor + " waiting " + (row.at_least ? "at least " : "") +
              seconds_of(row.blocked_us);
  if (row.behind_us > 0)
    text += ", " + (row.behind_us == row.blocked_us ? "all" : seconds_of(row.behind_us)) +
            " of it while it waited for a lock itself";
  return text;
}

std::string sentence_of(const ActorHarm& row) {
  std::string text;
  if (row.blocked_us > 0) {
    text = std::string("waited ") + (row.at_least ? "at least " : "") + seconds_of(row.blocked_us) +
           " for locks, " + (row.by_learner_us == 0 ? "none" : seconds_of(row.by_learner_us)) +
           " of it for statements of this attempt";
  }
  for (const auto& error : row.errors)
    text += (&error == &row.errors.front() ? (text.empty() ? "errors: " : "; errors: ") : ", ") +
            error.sqlstate + " (" + std::to_string(error.count) + ")";
  return text;
}

}  // namespace ride::scorer
