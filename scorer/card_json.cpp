#include "base/json.hpp"
#include "scorer/card.hpp"
#include "scorer/text.hpp"
#include "scorer/version.hpp"

namespace ride::scorer {
namespace {

namespace json = boost::json;

json::object object_of(Points points) { return {{"points", points.points}, {"of", points.of}}; }

json::value value_of(std::optional<std::int64_t> number) {
  return number ? json::value(*number) : json::value(nullptr);
}

json::object object_of(const RuleVerdict& rule) {
  json::array evidence;
  for (const auto number : statements_of(rule)) evidence.emplace_back(number);
  return {{"id", rule.id},
          {"kind", to_string(rule.part)},
          {"verdict", to_string(rule.mark)},
          {"points", rule.points.points},
          {"of", rule.points.of},
          {"why", rule.why},
          {"evidence", std::move(evidence)}};
}

json::object object_of(const Incomplete& row) {
  return {{"since", row.since}, {"kind", row.kind}, {"why", row.why}};
}

// Cards of attempts without such a policy keep the form they always had.
void put_hint_cost(const Verdict& verdict, json::object& card) {
  if (verdict.hint_cost == 0) return;
  card.emplace("hint_cost", verdict.hint_cost);
  card.emplace("hint_points", verdict.hint_points);
}

json::object object_of(const Verdict& verdict) {
  json::array checks;
  for (const auto& rule : verdict.checks) checks.emplace_back(object_of(rule));
  json::array incomplete;
  for (const auto& row : verdict.incomplete) incomplete.emplace_back(object_of(row));
  json::object out{{"total", verdict.total.points},
                   {"detect", object_of(verdict.detect)},
                   {"fix", object_of(verdict.fix)},
                   {"trap", object_of(verdict.trap)},
                   {"checks", std::move(checks)},
                   {"incomplete", std::move(incomplete)},
                   {"hints", verdict.hints},
                   {"attempt", verdict.attempt},
                   {"scenario",
                    {{"id", verdict.scenario},
                     {"version", verdict.scenario_version},
                     {"hash", verdict.scenario_hash}}},
                   {"grader", grader_version}};
  put_hint_cost(verdict, out);
  return out;
}

json::object object_of(const BoxVerdict& box) {
  return {{"title", box.title}, {"verdict", to_string(box.mark)}};
}

json::object object_of(const StatementDetail& row) {
  return {{"n", row.n},
          {"started_us", row.started},
          {"ended_us", value_of(row.ended)},
          {"connection", row.connection},
          {"database", row.database},
          {"text", row.text},
          {"outcome", row.outcome},
          {"sqlstate", row.sqlstate}};
}

json::object object_of(const TerminationDetail& row) {
  return {{"statement", row.statement},
          {"actor", row.actor},
          {"pid", value_of(row.pid)},
          {"died", row.died},
          {"certain", row.certain}};
}

json::object object_of(const CheckDetail& row) {
  return {{"id", row.id},
          {"moment", row.moment},
          {"state", row.state},
          {"seen", row.seen},
          {"message", row.message}};
}

json::object object_of(const WorkloadDetail& row) {
  return {{"actor", row.actor},
          {"done", row.done},
          {"asked", row.asked},
          {"sqlstate", row.sqlstate},
          {"message", row.message}};
}

json::object object_of(const GapDetail& row) { return {{"n", row.n}, {"reason", row.reason}}; }

json::object object_of(const HeldUp& row) {
  return {{"statement", row.statement},   {"actor", row.actor},
          {"blocked_us", row.blocked_us}, {"behind_us", row.behind_us},
          {"at_least", row.at_least},     {"relations", json::value_from(row.relations)}};
}

json::object object_of(const ErrorCount& row) {
  return {{"sqlstate", row.sqlstate}, {"count", row.count}};
}

json::object object_of(const ActorHarm& row);  // which needs array_of()

template <typename Row>
json::array array_of(const std::vector<Row>& rows) {
  json::array out;
  for (const auto& row : rows) out.emplace_back(object_of(row));
  return out;
}

json::object object_of(const ActorHarm& row) {
  return {{"actor", row.actor},
          {"blocked_us", row.blocked_us},
          {"by_learner_us", row.by_learner_us},
          {"at_least", row.at_least},
          {"errors", array_of(row.errors)}};
}

json::object object_of(const Harm& harm) {
  return {{"blocked_us", harm.blocked_us()},
          {"by_learner_us", harm.by_learner_us()},
          {"at_least", harm.at_least()},
          {"errors", harm.errors()},
          {"statements", array_of(harm.statements)},
          {"actors", array_of(harm.actors)},
          {"trouble", harm.trouble}};
}

json::object object_of(const Detail& detail) {
  return {{"learner", detail.learner},
          {"recorded_by", detail.ride_version},
          {"sandbox", detail.sandbox},
          {"server_version", detail.server_version},
          {"seed", value_of(detail.seed)},
          {"drawn", detail.drawn},
          {"facts_by", detail.facts_versions},
          {"file_format", detail.file_format},
          {"began_us", value_of(detail.began)},
          {"submitted_us", value_of(detail.submitted)},
          {"ended_us", value_of(detail.ended)},
          {"how_ended", detail.how_ended},
          {"statements", array_of(detail.statements)},
          {"terminations", array_of(detail.terminations)},
          {"checks", array_of(detail.checks)},
          {"workloads", array_of(detail.workloads)},
          {"gaps", array_of(detail.gaps)},
          {"harm", object_of(detail.harm)}};
}

}  // namespace

std::string verdict_json(const Verdict& verdict) {
  return printable_json(json::serialize(object_of(verdict)));
}

std::string card_json(const Score& score) {
  auto card = object_of(score.verdict);
  card.emplace("checklist", array_of(score.verdict.checklist));
  card.emplace("detail", object_of(score.detail));
  return printable_json(json::serialize(card));
}

}  // namespace ride::scorer
