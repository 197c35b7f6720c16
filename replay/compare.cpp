#include "replay/compare.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "replay/layout.hpp"
#include "scorer/page.hpp"
#include "scorer/text.hpp"

namespace ride::replay {
namespace {

namespace json = boost::json;
using scorer::Milestone;
using scorer::Tone;

constexpr std::size_t beside_from = 60;  // columns: below, the text stands under its places
constexpr std::size_t place_width = 15;  // "#1234 12:34.567"

const std::vector<Milestone>& milestones(const Compared& one) { return one.score.milestones; }

std::optional<std::size_t> parting(const std::vector<Pairing>& pairs) {
  for (std::size_t i = 0; i < pairs.size(); ++i)
    if (!pairs[i].first || !pairs[i].second) return i;
  return std::nullopt;
}

std::string place_of(const Milestone& milestone, const scorer::Detail& detail) {
  auto text = (milestone.of_statement ? "#" : "behind #") + std::to_string(milestone.n);
  if (!milestone.of_statement && milestone.n == 0) text = "at first";
  if (milestone.of_statement && milestone.at_us && detail.began)
    text += " " + clock_of(*milestone.at_us - *detail.began);
  return text;
}

// Where a milestone that is not in line stands in the other attempt.
std::string elsewhere(const Milestone& milestone, const Compared& other, const char* name) {
  for (const auto& one : milestones(other))
    if (one.key == milestone.key)
      return std::string(" (in ") + name + " at #" + std::to_string(one.n) + ")";
  return "";
}

std::string title_of(const Milestone& milestone) {
  return scorer::printable_line(milestone.key) +
         (milestone.title.empty() ? "" : ", " + scorer::printable_line(milestone.title));
}

void add_head(scorer::Page& page, const char* letter, const Compared& one) {
  const auto& verdict = one.score.verdict;
  page.item(std::string(letter) + "  ",
            one.name + ", attempt " + std::to_string(verdict.attempt) + " of " +
                one.score.detail.learner + ": " + std::to_string(verdict.total.points) + " of " +
                std::to_string(verdict.total.of) + (verdict.interrupted ? ", not submitted" : ""),
            Tone::bold);
}

void add_comments(scorer::Page& page, const char* letter, const Compared& one) {
  for (const auto& comment : one.comments)
    if (comment.attempt == one.score.verdict.attempt)
      page.item(std::string("  ") + letter + " #" + std::to_string(comment.n) + " ",
                (comment.author.empty() ? "" : comment.author + ": ") + comment.text);
}

bool commented(const Compared& one) {
  return std::any_of(one.comments.begin(), one.comments.end(), [&](const Comment& comment) {
    return comment.attempt == one.score.verdict.attempt;
  });
}

json::value object_of(const std::optional<std::size_t>& index, const Compared& one) {
  if (!index) return nullptr;
  const auto& milestone = milestones(one)[*index];
  json::object out{{"n", milestone.n}, {"of_statement", milestone.of_statement}};
  if (milestone.at_us && one.score.detail.began)
    out["since_us"] = *milestone.at_us - *one.score.detail.began;
  return out;
}

json::object object_of(const Compared& one) {
  json::array comments;
  for (const auto& comment : one.comments)
    if (comment.attempt == one.score.verdict.attempt)
      comments.push_back(
          json::object{{"n", comment.n}, {"author", comment.author}, {"text", comment.text}});
  return {{"file", one.name},
          {"attempt", one.score.verdict.attempt},
          {"learner", one.score.detail.learner},
          {"total", one.score.verdict.total.points},
          {"submitted", !one.score.verdict.interrupted},
          {"hash", one.score.verdict.scenario_hash},
          {"comments", std::move(comments)}};
}

const Milestone& milestone_of(const Pairing& pair, const Compared& first, const Compared& second) {
  return pair.first ? milestones(first)[*pair.first] : milestones(second)[*pair.second];
}

}  // namespace

std::vector<Pairing> align(const std::vector<Milestone>& first,
                           const std::vector<Milestone>& second) {
  // longest[i][j]: how many the two have in common from i and j on.
  std::vector<std::vector<std::size_t>> longest(first.size() + 1,
                                                std::vector<std::size_t>(second.size() + 1, 0));
  for (auto i = first.size(); i-- > 0;)
    for (auto j = second.size(); j-- > 0;)
      longest[i][j] = first[i].key == second[j].key
                          ? longest[i + 1][j + 1] + 1
                          : std::max(longest[i + 1][j], longest[i][j + 1]);
  std::vector<Pairing> out;
  std::size_t i = 0, j = 0;
  while (i < first.size() || j < second.size()) {
    if (i < first.size() && j < second.size() && first[i].key == second[j].key)
      out.push_back({i++, j++});
    else if (j == second.size() || (i < first.size() && longest[i + 1][j] >= longest[i][j + 1]))
      out.push_back({i++, std::nullopt});
    else
      out.push_back({std::nullopt, j++});
  }
  return out;
}

std::string comparison_text(const Compared& first, const Compared& second,
                            scorer::CardStyle style) {
  scorer::Page page(style);
  add_head(page, "A", first);
  add_head(page, "B", second);
  if (first.score.verdict.scenario_hash != second.score.verdict.scenario_hash)
    page.item("   ", "Their files carry different rules, by which each was graded.", Tone::yellow);
  page.blank();
  const auto pairs = align(milestones(first), milestones(second));
  const auto part = parting(pairs);
  page.item("   " + scorer::fit("A", place_width) + " B", "");
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (part == i) page.item("   ", "here they part", Tone::yellow);
    const auto& pair = pairs[i];
    const auto& milestone = milestone_of(pair, first, second);
    const auto left =
        pair.first ? place_of(milestones(first)[*pair.first], first.score.detail) : "";
    const auto right =
        pair.second ? place_of(milestones(second)[*pair.second], second.score.detail) : "";
    auto text = title_of(milestone);
    if (!pair.second) text += elsewhere(milestone, second, "B");
    if (!pair.first) text += elsewhere(milestone, first, "A");
    const auto* const sign = pair.first && pair.second ? "=  " : pair.first ? "A  " : "B  ";
    const auto tone = milestone.good ? Tone::plain : Tone::red;
    const auto lead = sign + scorer::fit(left, place_width) + " " + scorer::fit(right, place_width);
    if (style.width < beside_from) {
      page.item(lead, "", tone);
      page.item("     ", text, tone);
    } else {
      page.item(lead + " ", text, tone);
    }
  }
  if (!part) page.item("   ", "they reached the same, in the same order", Tone::green);
  if (commented(first) || commented(second)) {
    page.blank();
    page.heading("Comments");
    add_comments(page, "A", first);
    add_comments(page, "B", second);
  }
  return page.take();
}

std::string comparison_json(const Compared& first, const Compared& second) {
  const auto pairs = align(milestones(first), milestones(second));
  json::array lines;
  for (const auto& pair : pairs) {
    const auto& milestone = milestone_of(pair, first, second);
    lines.push_back(json::object{{"milestone", milestone.key},
                                 {"title", milestone.title},
                                 {"good", milestone.good},
                                 {"a", object_of(pair.first, first)},
                                 {"b", object_of(pair.second, second)}});
  }
  const auto part = parting(pairs);
  return scorer::printable_json(
      json::serialize(json::object{{"a", object_of(first)},
                                   {"b", object_of(second)},
                                   {"milestones", std::move(lines)},
                                   {"part_at", part ? json::value(*part) : json::value(nullptr)}}));
}

}  // namespace ride::replay
