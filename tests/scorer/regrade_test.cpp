#include "scorer/regrade.hpp"

#include <algorithm>
#include <string_view>

#include "journal/sha256.hpp"
#include "scorer/text.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride::scorer;
using ride::journal::contains;
using ride::journal::error_of;
using ride::journal::TemporaryFolder;

namespace {

// A submitted attempt: the blocker seen, the writer not, the column dropped.
struct Attempt {
  TemporaryFolder folder;
  std::filesystem::path file = folder / "a.ride";

  Attempt() {
    Recording recording(file, sample_rules());
    recording.select("SELECT 1", {"blocker"});
    recording.select("ALTER TABLE t DROP COLUMN c", {"x"});
    recording.submit();
    recording.end_attempt("submitted");
    recording.close();
  }

  Regrade under(const Rules& rules) const { return regrade(file, 1, rules); }
};

const RuleChange& change_of(const Regrade& regrade, std::string_view id) {
  for (const auto& change : regrade.changes)
    if (change.id == id) return change;
  throw std::runtime_error("nothing changed of " + std::string(id));
}

std::vector<std::string> changed(const Regrade& regrade) {
  std::vector<std::string> ids;
  for (const auto& change : regrade.changes) ids.push_back(change.id);
  return ids;
}

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE("the same rules change nothing", "[scorer][regrade]") {
  const Attempt attempt;
  const auto same = attempt.under(sample_rules());
  CHECK(same.changes.empty());
  CHECK_FALSE(same.verdict_differs());
  const auto text = regrade_text("a.ride", same, {});
  CHECK(contains(text, "attempt 1 of ana: 50 of 100, as before"));
  CHECK(contains(text, "the same"));
}

TEST_CASE("other points count, and what was seen stays", "[scorer][regrade]") {
  const Attempt attempt;
  auto rules = sample_rules();
  rules.detect[0].points = 25;
  rules.detect[1].points = 15;
  rules.version = 2;
  const auto after = attempt.under(rules);
  CHECK(changed(after) == Ids{"blocker", "writer"});
  CHECK(change_of(after, "blocker").keys == Ids{"points"});
  CHECK_FALSE(change_of(after, "blocker").evidence_differs);
  CHECK(after.before.detect.points == 30);
  CHECK(after.after.detect.points == 25);
  CHECK(after.after.scenario_version == 2);
}

TEST_CASE("a changed question is asked of the record again", "[scorer][regrade]") {
  const Attempt attempt;
  auto rules = sample_rules();
  rules.detect[1].seen = "SELECT statement FROM saw WHERE value = 'x'";
  const auto after = attempt.under(rules);
  CHECK(changed(after) == Ids{"writer"});
  const auto& writer = change_of(after, "writer");
  CHECK(writer.keys == Ids{"seen"});
  CHECK(writer.evidence_differs);
  CHECK(writer.before->mark == Mark::fail);
  CHECK(writer.after->mark == Mark::pass);
  const auto text = regrade_text("a.ride", after, {.width = 200});
  CHECK(contains(text, "50 → 50 of 100"));  // the cap of the grave trap holds
  CHECK(contains(text,
                 "detect/writer failed 0 → passed 10. changed in the rule: seen; evidence "
                 "none → #2; saw the writer wait"));
}

TEST_CASE("a check whose text is the same keeps its rows, whatever its name, points and words",
          "[scorer][regrade]") {
  const Attempt attempt;
  auto rules = sample_rules();
  rules.fix[0].id = "all-filled";
  rules.fix[0].why = "nothing is empty";
  rules.checklist.clear();
  const auto after = attempt.under(rules);
  CHECK(change_of(after, "all-filled").after->mark == Mark::pass);
  CHECK_FALSE(change_of(after, "filled").after);
}

TEST_CASE("a check that is new or asks otherwise was not run, and is unknown",
          "[scorer][regrade]") {
  const Attempt attempt;
  auto expects = sample_rules();
  expects.fix[0].expect = "2";
  const auto other = attempt.under(expects);
  CHECK(change_of(other, "filled").after->mark == Mark::unknown);
  CHECK(contains(change_of(other, "filled").after->why, "was not run"));
  CHECK(change_of(other, "filled").after->points.points == 0);

  auto added = sample_rules();
  added.fix.push_back(added.fix[0]);
  added.fix.back().id = "filled-too";
  added.fix.back().sql = "SELECT 2";
  const auto more = attempt.under(added);
  CHECK(changed(more) == Ids{"filled-too"});
  CHECK(change_of(more, "filled-too").after->mark == Mark::unknown);
}

TEST_CASE("facts asked by a check are asked again", "[scorer][regrade]") {
  const Attempt attempt;
  auto rules = sample_rules();
  rules.fix[2].facts = "SELECT n AS statement FROM statements WHERE n = 2";
  const auto after = attempt.under(rules);
  CHECK(change_of(after, "clean").after->mark == Mark::fail);
  CHECK(statements_of(*change_of(after, "clean").after) == std::vector<std::int64_t>{2});
}

TEST_CASE("a rule that is gone, and one that came, say so", "[scorer][regrade]") {
  const Attempt attempt;
  auto rules = sample_rules();
  rules.traps[1].id = "dropped-it";
  rules.traps[1].cap = 20;
  rules.checklist.clear();
  const auto after = attempt.under(rules);
  CHECK(changed(after) == Ids{"dropped-it", "dropped"});
  CHECK(after.before.total.points == 50);
  CHECK(after.after.total.points == 20);
  const auto text = regrade_text("a.ride", after, {.width = 200});
  CHECK(contains(text, "trap/dropped sprung -15 → no such rule. the rule is gone"));
  CHECK(contains(text, "cap dropped → dropped-it"));
  const auto line = regrade_json("a.ride", after);
  CHECK(contains(line, R"("differs":true)"));
  CHECK(contains(line, R"("after":null)"));
  CHECK_FALSE(contains(line, "\n"));
}

TEST_CASE("a regrade fits 40 columns", "[scorer][regrade]") {
  const Attempt attempt;
  auto rules = sample_rules();
  rules.detect[1].seen = "SELECT statement FROM saw WHERE value = 'x'";
  const auto text =
      regrade_text("02-release-fallout-20261125-091724.ride", attempt.under(rules), {.width = 40});
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    INFO(text.substr(at, end - at));
    CHECK(display_width(text.substr(at, end - at)) <= 40);
    at = end + 1;
  }
}

TEST_CASE("regrading writes nothing into the file", "[scorer][regrade]") {
  const Attempt attempt;
  const auto bytes = [&] { return ride::journal::load(attempt.file); };
  const auto before = bytes();
  auto rules = sample_rules();
  rules.traps.clear();
  rules.checklist.clear();
  CHECK(attempt.under(rules).verdict_differs());
  CHECK(bytes() == before);
}
