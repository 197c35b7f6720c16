#include "replay/rerun_compare.hpp"

#include <algorithm>
#include <sstream>

#include "scorer/card.hpp"

namespace ride::replay {
namespace {

constexpr std::uint32_t first_own_oid = 16'384;  // below are types that every server has

bool same_columns(const Outcome& then, const Outcome& now) {
  if (then.columns.empty() || now.columns.empty()) return true;
  return std::equal(then.columns.begin(), then.columns.end(), now.columns.begin(),
                    now.columns.end(), [](const auto& a, const auto& b) {
                      const bool own = a.type >= first_own_oid && b.type >= first_own_oid;
                      return a.label == b.label && (own || a.type == b.type);
                    });
}

std::string labels(const Outcome& outcome) {
  std::string out;
  for (const auto& column : outcome.columns) out += (out.empty() ? "" : ", ") + column.label;
  return "columns (" + out + ")";
}

std::string ending(const Outcome& outcome) {
  if (outcome.how == "error") return "error " + outcome.sqlstate;
  if (outcome.how == "lost") return "no answer: the session was ended";
  if (!outcome.tag.empty()) return outcome.tag;
  return outcome.how == "empty" ? "an empty statement" : outcome.how;
}

std::string points(const scorer::Points& points) {
  return std::to_string(points.points) + " of " + std::to_string(points.of);
}

std::string evidence(const scorer::RuleVerdict& rule) {
  std::string out;
  for (const auto n : scorer::statements_of(rule)) out += " #" + std::to_string(n);
  return out;
}

std::string line_of(const scorer::RuleVerdict& rule) {
  return scorer::to_string(rule.mark) + " (" + points(rule.points) + ")" + evidence(rule) + ": " +
         rule.why;
}

bool same(const scorer::RuleVerdict& a, const scorer::RuleVerdict& b) {
  return a.mark == b.mark && a.points.points == b.points.points && a.points.of == b.points.of &&
         a.why == b.why && evidence(a) == evidence(b);
}

}  // namespace

std::string difference(const Outcome& then, const Outcome& now) {
  const auto a = ending(then);
  const auto b = ending(now);
  if (a != b) return a + ", now " + b;
  if (then.rows != now.rows)
    return std::to_string(then.rows) + " rows, now " + std::to_string(now.rows);
  if (!same_columns(then, now)) return labels(then) + ", now " + labels(now);
  return "";
}

std::vector<std::string> differences(const scorer::Verdict& then, const scorer::Verdict& now) {
  std::vector<std::string> out;
  if (then.total.points != now.total.points)
    out.push_back("total: " + points(then.total) + ", now " + points(now.total));
  for (const auto& before : then.checks) {
    const auto after = std::find_if(now.checks.begin(), now.checks.end(), [&](const auto& check) {
      return check.id == before.id && check.part == before.part;
    });
    if (after == now.checks.end())
      out.push_back(before.id + ": there is no such rule now");
    else if (!same(before, *after))
      out.push_back(before.id + ": " + line_of(before) + "; now " + line_of(*after));
  }
  // Whatever else a verdict says.
  auto numbered = now;
  numbered.attempt = then.attempt;
  if (out.empty() && scorer::verdict_json(then) != scorer::verdict_json(numbered))
    out.push_back("the evidence: " + scorer::verdict_json(then) + "; now " +
                  scorer::verdict_json(numbered));
  return out;
}

}  // namespace ride::replay
