#include "scorer/card.hpp"

#include <sstream>

#include "base/json.hpp"
#include "scorer/text.hpp"
#include "tests/catch.hpp"
#include "tests/scorer/support.hpp"

using namespace ride::scorer;

namespace {

Score sample_score() {
  HandMade facts;
  facts.all_right();
  facts.run("DELETE FROM fact_saw WHERE value = 'writer'");
  facts.ended(2, "writer");
  facts.add("hints", "number, at_n", "1, 3");
  Score score;
  score.verdict = facts.grade();
  score.detail.server_version = "PostgreSQL 15.18";
  score.detail.began = 1'780'000'000'000'000;
  score.detail.submitted = 1'780'000'063'250'000;
  score.detail.statements = {
      {2, 1'780'000'001'500'000, {}, 1, "app", "SELECT \x1b]0;x\x07", "committed", ""}};
  score.detail.terminations = {{14, "writer", 11031, "57P01", true}};
  score.detail.checks = {{"filled", "before", "pass", "1", ""}};
  score.detail.workloads = {{"writer", 20, 20, "", ""}};
  score.detail.gaps = {{7, "lost"}};
  return score;
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, display_width(line));
  return widest;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("equal facts give equal bytes", "[scorer][card]") {
  CHECK(card_text(sample_score()) == card_text(sample_score()));
  CHECK(card_json(sample_score()) == card_json(sample_score()));
}

TEST_CASE("the card shows every rule with its points and proof", "[scorer][card]") {
  const auto text = verdict_text(sample_score().verdict);
  CHECK(contains(text, "Total 82 of 100\n"));
  CHECK(contains(text, "  ✓ Detect +30 Found the blocker: saw the blocker (#3)\n"));
  CHECK(contains(text, "  ✗ Detect   0 Saw the writer: the writer was not seen\n"));
  CHECK(contains(text, "  ✓ Fix +20 All filled: everything is filled\n"));
  CHECK(contains(text, "  ✗ Trap −8 ended writer (#2) before the blocker\n"));
  CHECK(contains(text, "  ✓ avoided Dropped the column\n"));
  CHECK(contains(text, "  [x] Fixed\n  [ ] Safe\n"));
  CHECK(contains(text, "\nNever looked at, or not before it was changed\n  - Saw the writer\n"));
  CHECK(contains(text, "Hints taken 1\n"));
}

TEST_CASE("the verdict holds no pid and no time", "[scorer][card]") {
  const auto score = sample_score();
  CHECK_FALSE(contains(verdict_text(score.verdict), "11031"));
  CHECK_FALSE(contains(verdict_json(score.verdict), "11031"));
  CHECK(contains(card_text(score), "#14 → pid 11031, 57P01"));
  CHECK(contains(card_text(score), "submitted after 1:03.250"));
  CHECK(contains(card_json(score), "\"pid\":11031"));
}

TEST_CASE("the card says that the evidence is incomplete, since when and why, without a pid",
          "[scorer][card]") {
  HandMade facts;
  facts.gap(0, "hole");
  facts.gap(7, "bypass");
  const auto verdict = facts.grade();
  const auto text = verdict_text(verdict, {.width = 200});
  CHECK(contains(text, "  Evidence incomplete from the start: events were lost"));
  CHECK(contains(text, "  Evidence incomplete since #7: somebody connected to the server around "));
  CHECK_FALSE(contains(text, "11031"));
  const auto json = boost::json::parse(verdict_json(verdict)).as_object();
  const auto& last = json.at("incomplete").as_array().at(1).as_object();
  CHECK(last.at("since").as_int64() == 7);
  CHECK(last.at("kind").as_string() == "bypass");
  CHECK(contains(std::string(last.at("why").as_string()), "around the proxy"));
  CHECK_FALSE(contains(verdict_json(verdict), "11031"));
}

TEST_CASE("cards fit 40 and 80 columns", "[scorer][card]") {
  const auto score = sample_score();
  CHECK(widest_line(card_text(score, {.width = 80})) <= 80);
  CHECK(widest_line(card_text(score, {.width = 40})) <= 40);
  CHECK(widest_line(card_text(score, {.width = 20})) <= 20);
}

TEST_CASE("colour is asked for, and nothing recorded brings its own", "[scorer][card]") {
  auto score = sample_score();
  score.verdict.checks[0].why = "saw \x1b[2J";
  CHECK(contains(card_text(score, {.width = 80, .color = true}), "\x1b[32m"));
  const auto plain = card_text(score);
  CHECK_FALSE(contains(plain, "\x1b"));
  CHECK(contains(plain, "saw ^[[2J"));
  CHECK(contains(plain, "SELECT ^[]0;x^G"));
  CHECK_FALSE(contains(card_json(score), "\x1b"));
}

TEST_CASE("the verdict is one line of JSON with the documented keys", "[scorer][card]") {
  const auto line = verdict_json(sample_score().verdict);
  CHECK_FALSE(contains(line, "\n"));
  const auto json = boost::json::parse(line).as_object();
  CHECK(json.at("total").as_int64() == 82);
  CHECK(json.at("detect") == boost::json::value({{"points", 30}, {"of", 40}}));
  CHECK(json.at("hints").as_int64() == 1);
  CHECK(json.at("attempt").as_int64() == 1);
  CHECK(json.at("scenario").at("id").as_string() == "test/sample");
  CHECK(json.at("scenario").at("hash").as_string() == hash(sample_rules()));
  CHECK(json.at("grader").is_string());
  const auto trap = json.at("checks").at(5);
  CHECK(boost::json::serialize(trap) ==
        R"({"id":"writer-first","kind":"trap","verdict":"fail","points":-8,"of":8,)"
        R"("why":"ended writer (#2) before the blocker","evidence":[2]})");
}

TEST_CASE("an interrupted attempt says so", "[scorer][card]") {
  HandMade facts;
  const auto text = verdict_text(facts.grade(sample_rules(), false));
  CHECK(contains(text, "Not submitted, or interrupted before"));
  CHECK(contains(text, "  ? withheld 8 Ended the writer first: not known"));
}
