#include "replay/review.hpp"

#include <algorithm>

#include "scorer/text.hpp"
#include "tests/catch.hpp"

using namespace ride;
using namespace ride::replay;
using scorer::Mark;
using scorer::Part;

namespace {

Reviewed attempt(const std::string& learner, int total, Mark seen, Mark trap) {
  Reviewed out;
  out.file = learner + ".ride";
  auto& verdict = out.score.verdict;
  verdict.scenario = "stage-12/02-release-fallout";
  verdict.scenario_hash = "aa";
  verdict.attempt = 1;
  verdict.total = {total, 100};
  verdict.checks = {{"blocker", "The blocker", Part::detect, seen, {0, 10}, "", {}},
                    {"filled", "All filled", Part::fix, Mark::pass, {7, 7}, "", {}},
                    {"dropped", "Dropped it", Part::trap, trap, {0, 12}, "", {}}};
  out.score.detail.learner = learner;
  out.score.detail.began = 1'000'000;
  return out;
}

std::vector<Reviewed> some() {
  return {attempt("cleo", 52, Mark::unknown, Mark::pass),
          attempt("ana", 100, Mark::pass, Mark::pass), attempt("ben", 58, Mark::fail, Mark::fail)};
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

std::size_t widest(const std::string& text) {
  std::size_t out = 0;
  for (std::size_t from = 0; from < text.size();) {
    const auto end = text.find('\n', from);
    out = std::max(out, scorer::display_width(text.substr(from, end - from)));
    from = end + 1;
  }
  return out;
}

}  // namespace

TEST_CASE("a table has a row for each attempt by learner and a column for each rule",
          "[replay][review]") {
  const auto text = review_text(some(), {}, {});
  CHECK(holds(text,
              "              a b c\n"
              "ana       100 ✓ ✓ ·\n"
              "ben        58 ✗ ✓ ✗\n"
              "cleo       52 ? ✓ ·\n"));
  CHECK(holds(text, "stage-12/02-release-fallout, 3 attempts"));
  CHECK(holds(text, "a blocker, 1 of 3: The blocker"));
  CHECK(holds(text, "c dropped, 2 of 3: Dropped it"));
}

TEST_CASE("an attempt that was not submitted, a second one and other rules are marked",
          "[replay][review]") {
  auto attempts = some();
  attempts[0].score.verdict.interrupted = true;
  attempts[1].score.verdict.attempt = 2;
  attempts[2].score.verdict.scenario_hash = "bb";
  const auto text = review_text(attempts, {}, {});
  CHECK(holds(text, "cleo     (52) ?"));
  CHECK(holds(text, "ana (2)   100 "));
  CHECK(holds(text, "Graded by 2 versions of the rules"));
}

TEST_CASE("filters choose attempts and columns", "[replay][review]") {
  const auto of = [](const ReviewFilter& filter) {
    std::string out;
    for (const auto& one : some())
      if (filter.wants(one)) out += one.score.detail.learner + " ";
    return out;
  };
  ReviewFilter filter;
  CHECK(of(filter) == "cleo ana ben ");
  filter.learner = "ana";
  CHECK(of(filter) == "ana ");
  filter = {};
  filter.scenario = "02-release-fallout";
  CHECK(of(filter) == "cleo ana ben ");
  filter.scenario = "release-fallout";
  CHECK(of(filter).empty());
  filter = {};
  filter.rule = "dropped";
  filter.outcome = "fail";
  CHECK(of(filter) == "ben ");
  filter.rule = "blocker";
  filter.outcome = "unknown";
  CHECK(of(filter) == "cleo ");
  filter = {};
  filter.outcome = "unsubmitted";
  CHECK(of(filter).empty());
  filter = {};
  filter.since_us = 1'000'001;
  CHECK(of(filter).empty());
  filter = {};
  filter.until_us = 1'000'001;
  CHECK(of(filter) == "cleo ana ben ");

  filter = {};
  filter.rule = "dropped";
  const auto text = review_text(some(), filter, {});
  CHECK(holds(text, "ben        58 ✗\n"));
  CHECK_FALSE(holds(text, "blocker"));
  CHECK(holds(review_json(some()[2], filter), R"("rules":[{"id":"dropped","kind":"trap")"));
}

TEST_CASE("many rules stand in further tables where the terminal is narrow, and nothing is wider",
          "[replay][review]") {
  auto attempts = some();
  for (auto& one : attempts)
    for (int i = 0; i < 80; ++i)
      one.score.verdict.checks.push_back(
          {"trap-" + std::to_string(i), "A trap", Part::trap, Mark::fail, {0, 1}, "", {}});
  attempts[0].score.detail.learner = "somebody-with-a-very-long-name\x1b[2J";
  for (const std::size_t width : {40, 80, 200}) {
    const auto text = review_text(attempts, {}, {.width = width});
    CHECK(widest(text) <= width);
    CHECK_FALSE(holds(text, "\x1b"));
    CHECK(holds(text, "trap-79"));
  }
}
