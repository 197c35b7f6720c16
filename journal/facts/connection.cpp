// What can be asked about one connection and its requests.
#include <algorithm>

#include "journal/facts/timeline.hpp"
#include "sql/conforming.hpp"

namespace ride::journal::facts {

bool Request::failed() const {
  return std::any_of(answers.begin(), answers.end(), [](const auto& a) { return a.failed(); });
}

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
