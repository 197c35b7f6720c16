#include "scorer/score.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string>

#include "journal/event_json.hpp"
#include "journal/facts/store.hpp"
#include "journal/fields.hpp"
#include "journal/liveness.hpp"
#include "journal/reader.hpp"
#include "journal/redacted_copy.hpp"
#include "journal/sha256.hpp"
#include "scorer/redacted_reads.hpp"
#include "sql/worker.hpp"

namespace ride::scorer {
namespace {

namespace facts = journal::facts;
using journal::Field;
using journal::Kind;

constexpr std::string_view hint_cost_word = "hint_cost=";

[[noreturn]] void refuse(journal::Reader& reader, const std::string& what) {
  throw std::runtime_error(reader.database().file().string() + ": " + what);
}

// The last complete submit of the attempt, if there is one.
std::optional<journal::Event> submit_of(journal::Reader& reader, std::uint32_t attempt) {
  auto events = reader.all({.attempt = attempt, .kinds = {Kind::submit_ended}, .after = 0});
  if (events.empty()) return std::nullopt;
  return std::move(events.back());
}

void check_facts(journal::Reader& reader, std::uint32_t attempt, const journal::Event& submit) {
  const auto recorded = journal::Fields(submit.body).get_bytes(Field::digest);
  const auto stored = facts::digest(reader.database(), attempt);
  if (journal::as_bytes(stored) != recorded)
    refuse(reader, "the facts of attempt " + std::to_string(attempt) +
                       " do not match its record; `ride audit verify` says more");
}

// Facts that nobody stored yet live beside the file, in the connection's own temp schema.
void derive_facts(journal::Reader& reader, std::uint32_t attempt) {
  sql::Analyser analyser;
  const auto derived = facts::derive(reader, attempt, analyser);
  facts::store(reader.database(), attempt, derived, "temp");
}

// Behind whatever cap a grave trap has set; never below nothing.
void charge_hints(Verdict& verdict, int cost) {
  verdict.hint_cost = cost;
  verdict.hint_points = -std::min(verdict.total.points, verdict.hints * cost);
  verdict.total.points += verdict.hint_points;
}

}  // namespace

Rules rules_of(journal::Reader& reader) {
  const auto events = reader.all({.attempt = {}, .kinds = {Kind::run_began}, .after = 0});
  if (events.empty()) refuse(reader, "does not say which run it is of");
  const journal::Fields run(events.front().body);
  const auto snapshot = run.get_bytes(Field::text);
  if (snapshot.empty())
    refuse(reader, "was recorded without a scenario, so there is nothing to grade");
  if (journal::as_bytes(journal::sha256(snapshot)) != run.get_bytes(Field::digest))
    refuse(reader, "the scenario snapshot does not match its record");
  try {
    return from_json(snapshot);
  } catch (const std::runtime_error& error) {
    refuse(reader, error.what());
  }
}

Values values_of(journal::Reader& reader, std::uint32_t attempt) {
  const auto began = reader.all({.attempt = attempt, .kinds = {Kind::attempt_began}, .after = 0});
  if (began.empty()) return {};
  try {
    return values_from_json(journal::Fields(began.front().body).get_bytes(Field::text));
  } catch (const std::runtime_error& error) {
    refuse(reader, error.what());
  }
}

std::string hint_policy(int cost) {
  return cost == 0 ? "" : std::string(hint_cost_word) + std::to_string(cost);
}

int hint_cost_of(journal::Reader& reader, std::uint32_t attempt) {
  const auto began = reader.all({.attempt = attempt, .kinds = {Kind::attempt_began}, .after = 0});
  if (began.empty()) return 0;
  const auto policy = journal::Fields(began.front().body).get_bytes(Field::name);
  if (policy.empty()) return 0;
  int cost = -1;
  if (policy.starts_with(hint_cost_word)) {
    const auto number = policy.substr(hint_cost_word.size());
    std::from_chars(number.data(), number.data() + number.size(), cost);
  }
  if (hint_policy(cost) != policy || cost < 0 || cost > hint_cost_max)
    refuse(reader, "attempt " + std::to_string(attempt) +
                       " has a policy that this version of ride does not know");
  return cost;
}

Rules drawn(journal::Reader& reader, std::uint32_t attempt, const Rules& written) {
  try {
    return with_values(written, values_of(reader, attempt));
  } catch (const NoValue& error) {
    refuse(reader, "attempt " + std::to_string(attempt) + " was recorded without the parameter \"" +
                       error.name() + "\" of these rules, so they cannot grade it");
  }
}

std::uint32_t choose_attempt(journal::Reader& reader, std::optional<std::uint32_t> wanted) {
  const auto attempts = reader.attempts();
  if (attempts.empty()) refuse(reader, "has no attempt in it");
  if (!wanted) {
    const auto submits = reader.all({.attempt = {}, .kinds = {Kind::submit_ended}, .after = 0});
    return submits.empty() ? attempts.back() : submits.back().attempt;
  }
  if (std::find(attempts.begin(), attempts.end(), *wanted) == attempts.end())
    refuse(reader, "has no attempt " + std::to_string(*wanted) + "; its last one is " +
                       std::to_string(attempts.back()));
  return *wanted;
}

Score score(const std::filesystem::path& file, const ScoreOptions& options) {
  journal::require_drained(file);
  journal::Reader reader(file);
  Score out;
  const bool touched = journal::is_scenario_touched(reader);
  if (options.rules == nullptr && touched)
    refuse(reader, "something was taken out of its scenario; grade it by --scenario DIR");
  // What was run at submit is not known of a scenario that something was taken out of.
  std::optional<Rules> recorded;
  if (!touched) recorded = rules_of(reader);
  out.written = options.rules != nullptr ? *options.rules : *recorded;
  const auto attempt = choose_attempt(reader, options.attempt);
  if (recorded) recorded = drawn(reader, attempt, *recorded);
  out.rules = options.rules != nullptr ? drawn(reader, attempt, out.written) : *recorded;
  const auto submit = submit_of(reader, attempt);
  if (submit) {
    check_facts(reader, attempt, *submit);
  } else {
    derive_facts(reader, attempt);
  }
  const AttemptState state{attempt, submit.has_value(), recorded ? &*recorded : nullptr};
  try {
    Vocabulary vocabulary(reader.database().get(), attempt, submit ? "main" : "temp");
    set_redacted(vocabulary.connection(), journal::touched_in(reader, attempt));
    out.verdict = grade(vocabulary, state, out.rules);
    out.verdict.scenario_hash = hash(out.written);  // not of one drawing
    charge_hints(out.verdict, hint_cost_of(reader, attempt));
    out.detail = read_detail(reader, vocabulary, out.verdict);
    out.milestones = read_milestones(vocabulary, out.rules, out.verdict);
  } catch (const RuleError& error) {
    throw RuleError(reader.database().file().string(),
                    "the scenario's rule " + std::string(error.what()));
  }
  return out;
}

}  // namespace ride::scorer
