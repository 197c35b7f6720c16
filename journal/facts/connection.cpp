// What can be asked about one connection and its requests.
#include <algorithm>

#include "journal/facts/timeline.hpp"
#include "journal/facts/wire.hpp"
#include "sql/conforming.hpp"

namespace ride::journal::facts {

bool Answer::fatal() const {
  if (!error) return false;
  const auto plain = error_field(*error, 'V');  // 'S' is in the server's language
  const auto severity = plain ? *plain : error_field(*error, 'S').value_or("");
  return severity == "FATAL" || severity == "PANIC";
}

bool Request::failed() const {
  const auto* at_sync = sync_failure();
  return std::any_of(answers.begin(), answers.end(),
                     [&](const auto& a) { return a.failed() && &a != at_sync; });
}

const Answer* Request::sync_failure() const {
  if (kind == Kind::query || kind == Kind::function_call || answers.empty()) return nullptr;
  const auto& last = answers.back();
  return last.failed() && last.ordinal == 1 ? &last : nullptr;
}

bool Request::cut() const { return !answers.empty() && answers.back().how == "cut"; }

Text Connection::application_at(Seq seq) const {
  Text found;
  for (const auto& change : applications)
    if (change.seq <= seq || !found) found = change.name;
  return found;
}

std::string Connection::as_parsed(Seq seq, const std::string& text) const {
  bool on = true;
  for (const auto& change : conforming)
    if (change.seq <= seq) on = change.on;
  return on ? text : sql::as_conforming(text);
}

}  // namespace ride::journal::facts
