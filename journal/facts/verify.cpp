#include "journal/facts/verify.hpp"

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

}  // namespace

std::vector<FactsVerified> verify(Reader& reader, sql::Analyser& analyser) {
  std::vector<FactsVerified> out;
  for (const auto& event : reader.all({.attempt = std::nullopt, .kinds = {Kind::submit_ended}}))
    out.push_back(verify_one(reader, event, analyser));
  return out;
}

}  // namespace ride::journal::facts
