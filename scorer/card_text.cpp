#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "scorer/card.hpp"
#include "scorer/page.hpp"
#include "scorer/text.hpp"
#include "scorer/version.hpp"

namespace ride::scorer {
namespace {

constexpr std::size_t numbers_shown_max = 8;

std::string of(Points points) {
  return std::to_string(points.points) + " of " + std::to_string(points.of);
}

const char* sign_of(Mark mark) {
  switch (mark) {
    case Mark::pass:
      return "✓";
    case Mark::fail:
      return "✗";
    case Mark::unknown:
      return "?";
  }
  return "";
}

const char* word_of(Part part) {
  switch (part) {
    case Part::detect:
      return "Detect";
    case Part::fix:
      return "Fix";
    case Part::trap:
      return "Trap";
  }
  return "";
}

std::string signed_points(int points) {
  if (points == 0) return "0";
  return points > 0 ? "+" + std::to_string(points) : "−" + std::to_string(-points);
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, display_width(text)), ' ') + text;
}

// " (#3, #7)", or nothing where the sentence names its statements itself.
std::string numbers(const RuleVerdict& rule) {
  const auto statements = statements_of(rule);
  if (statements.empty() || rule.why.find('#') != rule.why.npos) return "";
  std::string out = " (";
  for (std::size_t i = 0; i < std::min(statements.size(), numbers_shown_max); ++i)
    out += (i == 0 ? "#" : ", #") + std::to_string(statements[i]);
  if (statements.size() > numbers_shown_max)
    out += " and " + std::to_string(statements.size() - numbers_shown_max) + " more";
  return out + ")";
}

void add_rule(Page& page, const RuleVerdict& rule, std::size_t points_width) {
  const auto sign = std::string("  ") + sign_of(rule.mark) + " ";
  if (rule.part == Part::trap && rule.mark == Mark::pass)
    return page.item(sign + "avoided ", rule.title, Tone::green);
  const auto lead = sign + word_of(rule.part) + " " +
                    right(signed_points(rule.points.points), points_width) + " ";
  if (rule.part == Part::trap && rule.mark == Mark::unknown)
    return page.item(sign + "withheld " + std::to_string(-rule.points.points) + " ",
                     rule.title + ": " + rule.why + numbers(rule), Tone::yellow);
  const bool titled = rule.part != Part::trap;
  page.item(lead, (titled ? rule.title + ": " : "") + rule.why + numbers(rule), tone_of(rule.mark));
}

void add_part(Page& page, const Verdict& verdict, Part part, Points points) {
  page.blank();
  page.heading(std::string(word_of(part)) + " " + of(points));
  std::size_t points_width = 0;
  for (const auto& rule : verdict.checks)
    if (rule.part == part && (part != Part::trap || rule.mark == Mark::fail))
      points_width = std::max(points_width, display_width(signed_points(rule.points.points)));
  for (const auto& rule : verdict.checks)
    if (rule.part == part) add_rule(page, rule, points_width);
}

void add_total(Page& page, const Verdict& verdict) {
  page.heading("Total " + of(verdict.total));
  if (!verdict.capped_by.empty())
    page.item("  ", "lowered to this, whatever else was earned, by the trap " + verdict.capped_by);
  if (verdict.interrupted)
    page.item("  ",
              "Not submitted, or interrupted before: what was seen or sprung stands; all else "
              "is unknown.");
  for (const auto& row : verdict.incomplete)
    page.item("  ",
              "Evidence incomplete " +
                  (row.since == 0 ? "from the start" : "since #" + std::to_string(row.since)) +
                  ": " + row.why + ".",
              Tone::yellow);
}

void add_checklist(Page& page, const Verdict& verdict) {
  if (verdict.checklist.empty()) return;
  page.blank();
  page.heading("Checklist");
  for (const auto& box : verdict.checklist) {
    const auto* sign = box.mark == Mark::pass   ? "  [x] "
                       : box.mark == Mark::fail ? "  [ ] "
                                                : "  [?] ";
    page.item(sign, box.title, tone_of(box.mark));
  }
}

void add_never_looked_at(Page& page, const Verdict& verdict) {
  const auto missed = [](const RuleVerdict& rule) {
    return rule.part == Part::detect && rule.mark == Mark::fail;
  };
  if (std::none_of(verdict.checks.begin(), verdict.checks.end(), missed)) return;
  page.blank();
  page.heading("Never looked at, or not before it was changed");
  for (const auto& rule : verdict.checks)
    if (missed(rule)) page.item("  - ", rule.title);
}

}  // namespace

std::string verdict_text(const Verdict& verdict, CardStyle style) {
  Page page(style);
  page.heading(verdict.scenario + ", attempt " + std::to_string(verdict.attempt));
  page.blank();
  add_total(page, verdict);
  add_part(page, verdict, Part::detect, verdict.detect);
  add_part(page, verdict, Part::fix, verdict.fix);
  add_part(page, verdict, Part::trap, verdict.trap);
  add_checklist(page, verdict);
  add_never_looked_at(page, verdict);
  page.blank();
  const auto cost = verdict.hint_cost == 0 ? ""
                                           : ", at " + std::to_string(verdict.hint_cost) +
                                                 " each: " + signed_points(verdict.hint_points);
  page.item("Hints taken ", std::to_string(verdict.hints) + cost);
  page.item("Scenario ", "version " + std::to_string(verdict.scenario_version) + ", hash " +
                             verdict.scenario_hash);
  page.item("Grader ", grader_version);
  return page.take();
}

std::string card_text(const Score& score, CardStyle style) {
  return verdict_text(score.verdict, style) + "\n" +
         detail_text(score.verdict, score.detail, style);
}

}  // namespace ride::scorer
