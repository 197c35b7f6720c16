#include "replay/compare.hpp"

#include "scorer/text.hpp"
#include "tests/catch.hpp"

using namespace ride;
using namespace ride::replay;
using scorer::Milestone;

namespace {

Milestone at(const std::string& key, std::int64_t n, bool good = true) {
  return {key, "", good, n, true, 1'000'000 + n * 1'000};
}

Compared attempt(const std::string& learner, std::vector<Milestone> milestones) {
  Compared out;
  out.name = learner + ".ride";
  out.score.detail.learner = learner;
  out.score.detail.began = 1'000'000;
  out.score.verdict.attempt = 1;
  out.score.milestones = std::move(milestones);
  return out;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

}  // namespace

TEST_CASE("what both reached in one order stands in one line", "[replay][compare]") {
  const std::vector<Milestone> ana{at("a", 1), at("b", 2), at("c", 5)};
  const std::vector<Milestone> ben{at("a", 3), at("x", 4), at("c", 9)};
  CHECK(align(ana, ben) == std::vector<Pairing>{{0, 0}, {1, {}}, {{}, 1}, {2, 2}});
  CHECK(align(ana, {}) == std::vector<Pairing>{{0, {}}, {1, {}}, {2, {}}});
  CHECK(align({}, {}).empty());
  // Another order: one of the two stays in line.
  CHECK(align({at("a", 1), at("b", 2)}, {at("b", 1), at("a", 2)}).size() == 3);
}

TEST_CASE("a comparison says where two attempts part, and where a milestone is in the other",
          "[replay][compare]") {
  const auto ana = attempt("ana", {at("evidence blocker", 3), at("ended blocker", 5)});
  const auto ben = attempt(
      "ben", {at("ended blocker", 2), at("trap ddl-queued", 4, false), at("evidence blocker", 6)});
  const auto text = comparison_text(ana, ben, {.width = 100});
  CHECK(holds(text, "here they part"));
  CHECK(holds(text, "(in A at #3)"));
  CHECK(holds(text, "=  #5 0:00.005     #2 0:00.002     ended blocker"));
  CHECK(holds(text, "B                  #4 0:00.004     trap ddl-queued"));
  CHECK_FALSE(holds(text, "they reached the same"));
  const auto line = comparison_json(ana, ben);
  CHECK(holds(line, R"("part_at":0)"));
  CHECK(holds(line, R"({"milestone":"ended blocker","title":"","good":true,"a":{"n":5,)"));
}

TEST_CASE("equal attempts do not part", "[replay][compare]") {
  const auto ana = attempt("ana", {at("a", 1)});
  CHECK(holds(comparison_text(ana, ana, {}), "they reached the same, in the same order"));
  CHECK(holds(comparison_json(ana, ana), R"("part_at":null)"));
}

TEST_CASE("a comparison shows comments of the attempts compared, made harmless",
          "[replay][compare]") {
  auto ana = attempt("ana", {at("a", 1)});
  ana.comments = {{1, 1, "eve", "", "read \x1b[2J first"}, {2, 1, "eve", "", "elsewhere"}};
  const auto text = comparison_text(ana, ana, {.width = 60});
  CHECK(holds(text, "A #1 eve: read ^[[2J first"));
  CHECK_FALSE(holds(text, "elsewhere"));
}

TEST_CASE("a comparison fits 40 columns and 200", "[replay][compare]") {
  auto ana = attempt(
      "ana", {at("evidence a-rule-with-a-long-name", 1234), {"submit", "", true, 1234, false, {}}});
  const auto ben = attempt("ben", {at("fix another-rule: unknown", 2, false)});
  for (const std::size_t width : {40, 80, 200}) {
    const auto text = comparison_text(ana, ben, {.width = width});
    for (std::size_t from = 0; from < text.size();) {
      const auto end = text.find('\n', from);
      INFO(text.substr(from, end - from));
      CHECK(scorer::display_width(text.substr(from, end - from)) <= width);
      from = end + 1;
    }
  }
}
