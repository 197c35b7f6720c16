#include "journal/facts/verify.hpp"

#include <algorithm>

#include "journal/facts/facts.hpp"
#include "journal/facts/store.hpp"
#include "journal/fields.hpp"

namespace ride::journal::facts {
namespace {

FactsVerified verify_one(Reader& reader, const Event& submit_ended, sql::Analyser& analyser) {
  const Fields fields(submit_ended.body);
  FactsVerified out{submit_ended.attempt, false, std::string(fields.get_bytes(Field::text)), {}};
  const auto named = fields.get_bytes(Field::digest);
  if (as_bytes(digest_as_stored(reader.database(), out.attempt)) != named)
    out.wrong = "the stored facts are not those that were derived at submit";
  if (out.versions != versions()) return out;
  out.derived_again = true;
  store(reader.database(), out.attempt, derive(reader, out.attempt, analyser), "temp");
  if (out.wrong.empty() && as_bytes(digest(reader.database(), out.attempt, "temp")) != named)
    out.wrong = "the facts do not follow from the events";
  return out;
}

// What ride had before it when it stored facts and was cut off before it could say so: all up to
// the last fence of that submit.
std::vector<Event> as_at_submit(Reader& reader, std::uint32_t attempt) {
  auto events = reader.all({.attempt = attempt, .kinds = {}});
  std::size_t count = 0;
  bool submits = false;
  for (std::size_t i = 0; i < events.size(); ++i) {
    submits = submits || events[i].kind == Kind::submit_began;
    if (submits && events[i].kind == Kind::fence) count = i + 1;
  }
  events.resize(count);
  return events;
}

FactsVerified verify_unnamed(Reader& reader, std::uint32_t attempt, sql::Analyser& analyser) {
  FactsVerified out{attempt, false, {}, {}, false};
  const auto events = as_at_submit(reader, attempt);
  if (events.empty()) {
    out.wrong = "facts are stored, and the record has no submit that could have derived them";
    return out;
  }
  store(reader.database(), attempt, derive(events, analyser), "temp");
  const auto stored = digest_as_stored(reader.database(), attempt);
  out.derived_again = digest(reader.database(), attempt, "temp") == stored;
  return out;
}

}  // namespace

std::vector<FactsVerified> verify(Reader& reader, sql::Analyser& analyser) {
  std::vector<FactsVerified> out;
  for (const auto& event : reader.all({.attempt = std::nullopt, .kinds = {Kind::submit_ended}}))
    out.push_back(verify_one(reader, event, analyser));
  for (const auto attempt : attempts_with_facts(reader.database())) {
    const bool named = std::any_of(out.begin(), out.end(),
                                   [&](const auto& one) { return one.attempt == attempt; });
    if (!named) out.push_back(verify_unnamed(reader, attempt, analyser));
  }
  return out;
}

}  // namespace ride::journal::facts
