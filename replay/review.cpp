#include "replay/review.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/json.hpp"
#include "scorer/page.hpp"
#include "scorer/text.hpp"

namespace ride::replay {
namespace {

namespace json = boost::json;
using scorer::Mark;
using scorer::Part;
using scorer::RuleVerdict;

constexpr std::size_t width_min = 40;
constexpr std::size_t learner_width_max = 16;
constexpr std::string_view letters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

struct Column {
  Part part = Part::detect;
  std::string id, title;
  std::string letter;  // beyond the alphabet: "a1", "b1" …
};

std::string letter_of(std::size_t index) {
  std::string out(1, letters[index % letters.size()]);
  if (index >= letters.size()) out += std::to_string(index / letters.size());
  return out;
}

const RuleVerdict* find(const Reviewed& attempt, Part part, const std::string& id) {
  for (const auto& rule : attempt.score.verdict.checks)
    if (rule.part == part && rule.id == id) return &rule;
  return nullptr;
}

const char* sign_of(const RuleVerdict* rule) {
  if (rule == nullptr) return " ";
  if (rule->mark == Mark::unknown) return "?";
  if (rule->mark == Mark::fail) return "✗";
  return rule->part == Part::trap ? "·" : "✓";
}

// Every rule of any of the attempts, in the order of the rules.
std::vector<Column> columns_of(const std::vector<const Reviewed*>& attempts,
                               const ReviewFilter& filter) {
  std::vector<Column> out;
  for (const auto part : {Part::detect, Part::fix, Part::trap})
    for (const auto* attempt : attempts)
      for (const auto& rule : attempt->score.verdict.checks) {
        if (rule.part != part || (!filter.rule.empty() && rule.id != filter.rule)) continue;
        const bool known = std::any_of(out.begin(), out.end(), [&](const Column& column) {
          return column.part == part && column.id == rule.id;
        });
        if (!known) out.push_back({part, rule.id, rule.title, letter_of(out.size())});
      }
  return out;
}

std::string points_of(const Reviewed& attempt) {
  const auto& verdict = attempt.score.verdict;
  const auto points = std::to_string(verdict.total.points);
  return verdict.interrupted ? "(" + points + ")" : points;
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

// Cells of some columns, a blank between the parts.
template <typename Cell>
std::string cells(const std::vector<Column>& columns, std::size_t from, std::size_t to,
                  Cell&& cell) {
  std::string out;
  for (auto i = from; i < to; ++i) {
    if (i > from && columns[i].part != columns[i - 1].part) out += ' ';
    out += scorer::fit(cell(columns[i]), columns[i].letter.size());
  }
  return out;
}

// How many columns from `from` on fit.
std::size_t end_of(const std::vector<Column>& columns, std::size_t from, std::size_t width) {
  std::size_t used = 0, at = from;
  for (; at < columns.size(); ++at) {
    used += columns[at].letter.size();
    if (at > from && columns[at].part != columns[at - 1].part) ++used;
    if (used > width && at > from) break;
  }
  return at;
}

class Table {
 public:
  Table(std::vector<const Reviewed*> attempts, const ReviewFilter& filter, scorer::CardStyle style)
      : attempts_(std::move(attempts)), columns_(columns_of(attempts_, filter)), page_(style) {
    width_ = std::max(style.width, width_min);
    for (const auto* attempt : attempts_)
      name_width_ = std::max(name_width_, scorer::display_width(name_of(*attempt)));
    name_width_ = std::min(name_width_, learner_width_max);
  }

  std::string text() {
    const auto& first = attempts_.front()->score.verdict;
    page_.heading(first.scenario + ", " + std::to_string(attempts_.size()) +
                  (attempts_.size() == 1 ? " attempt" : " attempts"));
    std::size_t rules = 0;
    std::map<std::string, bool> hashes;
    for (const auto* attempt : attempts_)
      if (!hashes[attempt->score.verdict.scenario_hash]) {
        hashes[attempt->score.verdict.scenario_hash] = true;
        ++rules;
      }
    if (rules > 1)
      page_.item("  ",
                 "Graded by " + std::to_string(rules) +
                     " versions of the rules, each by those in its file; see ride regrade.",
                 scorer::Tone::yellow);
    auto out = page_.take();
    const auto lead = name_width_ + 1 + 5 + 1;
    for (std::size_t from = 0; from < columns_.size() || from == 0;) {
      const auto to = end_of(columns_, from, width_ - lead);
      out += scorer::fit("", lead) +
             cells(columns_, from, to, [](const Column& column) { return column.letter; }) + '\n';
      for (const auto* attempt : attempts_)
        out += scorer::fit(name_of(*attempt), name_width_) + " " + right(points_of(*attempt), 5) +
               " " +
               cells(columns_, from, to,
                     [&](const Column& column) {
                       return std::string(sign_of(find(*attempt, column.part, column.id)));
                     }) +
               '\n';
      from = to;
      if (columns_.empty()) break;
    }
    return out + legend();
  }

 private:
  static std::string name_of(const Reviewed& attempt) {
    auto name = scorer::printable_line(attempt.score.detail.learner);
    if (name.empty()) name = "-";
    if (attempt.score.verdict.attempt != 1)
      name += " (" + std::to_string(attempt.score.verdict.attempt) + ")";
    return name;
  }

  // "12 of 14" who passed, or avoided.
  std::string passed(const Column& column) const {
    std::size_t of = 0, passed = 0;
    for (const auto* attempt : attempts_)
      if (const auto* rule = find(*attempt, column.part, column.id)) {
        ++of;
        if (rule->mark == Mark::pass) ++passed;
      }
    return std::to_string(passed) + " of " + std::to_string(of);
  }

  std::string legend() {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const auto& column = columns_[i];
      if (i == 0 || columns_[i - 1].part != column.part)
        page_.heading(column.part == Part::detect ? "Detect: seen by"
                      : column.part == Part::fix  ? "Fix: passed by"
                                                  : "Traps: avoided by");
      page_.item("  " + column.letter + " ",
                 column.id + ", " + passed(column) + ": " + column.title);
    }
    page_.item("  ", "✓ passed  ✗ failed, or sprung  · avoided  ? unknown  (40) not submitted",
               scorer::Tone::dim);
    return page_.take();
  }

  std::vector<const Reviewed*> attempts_;
  std::vector<Column> columns_;
  scorer::Page page_;
  std::size_t width_ = 0;
  std::size_t name_width_ = 7;
};

}  // namespace

bool ReviewFilter::wants(const Reviewed& attempt) const {
  const auto& verdict = attempt.score.verdict;
  if (!learner.empty() && attempt.score.detail.learner != learner) return false;
  if (!scenario.empty() && verdict.scenario != scenario &&
      !verdict.scenario.ends_with("/" + scenario))
    return false;
  const auto began = attempt.score.detail.began.value_or(0);
  if ((since_us && began < *since_us) || (until_us && began >= *until_us)) return false;
  if (outcome == "submitted" || outcome == "unsubmitted")
    return verdict.interrupted == (outcome == "unsubmitted");
  return std::any_of(verdict.checks.begin(), verdict.checks.end(), [&](const RuleVerdict& one) {
    return (rule.empty() || one.id == rule) &&
           (outcome.empty() || scorer::to_string(one.mark) == outcome);
  });
}

std::string review_text(std::vector<Reviewed> attempts, const ReviewFilter& filter,
                        scorer::CardStyle style) {
  std::stable_sort(attempts.begin(), attempts.end(), [](const Reviewed& a, const Reviewed& b) {
    const auto key = [](const Reviewed& one) {
      return std::tuple(one.score.detail.learner, one.score.detail.began.value_or(0));
    };
    return key(a) < key(b);
  });
  std::map<std::string, std::vector<const Reviewed*>> by_scenario;
  for (const auto& attempt : attempts)
    if (filter.wants(attempt)) by_scenario[attempt.score.verdict.scenario].push_back(&attempt);
  std::string out;
  for (auto& [scenario, rows] : by_scenario)
    out += (out.empty() ? "" : "\n") + Table(std::move(rows), filter, style).text();
  return out;
}

std::string review_json(const Reviewed& attempt, const ReviewFilter& filter) {
  const auto& verdict = attempt.score.verdict;
  json::array rules;
  for (const auto& rule : verdict.checks)
    if (filter.rule.empty() || rule.id == filter.rule)
      rules.push_back(json::object{{"id", rule.id},
                                   {"kind", scorer::to_string(rule.part)},
                                   {"verdict", scorer::to_string(rule.mark)},
                                   {"points", rule.points.points},
                                   {"of", rule.points.of},
                                   {"evidence", json::value_from(scorer::statements_of(rule))}});
  json::object out{
      {"file", attempt.file},          {"learner", attempt.score.detail.learner},
      {"scenario", verdict.scenario},  {"hash", verdict.scenario_hash},
      {"attempt", verdict.attempt},    {"submitted", !verdict.interrupted},
      {"total", verdict.total.points}, {"of", verdict.total.of},
      {"hints", verdict.hints},        {"blocked_us", attempt.score.detail.harm.by_learner_us()}};
  out["began_us"] =
      attempt.score.detail.began ? json::value(*attempt.score.detail.began) : json::value(nullptr);
  out["rules"] = std::move(rules);
  return scorer::printable_json(json::serialize(out));
}

}  // namespace ride::replay
