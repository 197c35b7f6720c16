#include "scorer/score.hpp"

#include <sqlite3.h>

#include "scorer/card.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride::scorer;
using ride::journal::contains;
using ride::journal::error_of;
using ride::journal::TemporaryFolder;

namespace {

void record_submitted(const std::filesystem::path& file, const std::string& check_state = "pass") {
  Recording recording(file, sample_rules());
  recording.select("SELECT 1", {"blocker"});
  recording.select("SELECT 2", {"writer"});
  recording.submit(check_state);
  recording.end_attempt("submitted");
  recording.close();
}

void tamper(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* connection = nullptr;
  sqlite3_open(file.c_str(), &connection);
  const ConnectionHandle owned(connection);
  execute(connection, sql);
}

}  // namespace

TEST_CASE("a file is graded by itself, with the same bytes each time", "[scorer][score]") {
  const TemporaryFolder folder;
  record_submitted(folder / "a.ride");
  const auto first = score(folder / "a.ride");
  CHECK(first.verdict.total.points == 100);
  CHECK(first.verdict.scenario_hash == hash(sample_rules()));
  CHECK(first.detail.learner == "ana");
  CHECK(first.detail.sandbox == "local");
  CHECK(first.detail.how_ended == "submitted");
  CHECK(first.detail.statements.size() == 2);
  CHECK(first.detail.checks.size() == 2);
  CHECK(contains(first.detail.facts_versions, "libpg_query"));

  std::filesystem::copy_file(folder / "a.ride", folder / "elsewhere.ride");
  CHECK(card_text(score(folder / "elsewhere.ride")) == card_text(first));
  CHECK(card_json(score(folder / "elsewhere.ride")) == card_json(first));
}

TEST_CASE("the detail, and not the verdict, says what it cost the application",
          "[scorer][score][harm]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  record_wait(recording);
  recording.close();
  const auto scored = score(folder / "a.ride");
  REQUIRE(scored.detail.harm.statements.size() == 1);
  CHECK(scored.detail.harm.statements[0].statement == 2);
  CHECK(scored.detail.harm.statements[0].actor == "writer");
  CHECK(scored.detail.harm.blocked_us() == 1'750'000);
  CHECK(scored.detail.harm.by_learner_us() == 1'250'000);
  CHECK(scored.detail.harm.errors() == 0);
  CHECK(contains(card_text(scored), "#2 kept writer waiting"));
  CHECK(contains(card_json(scored), R"("by_learner_us":)"));
  CHECK_FALSE(contains(verdict_text(scored.verdict), "waiting"));
  CHECK_FALSE(contains(verdict_json(scored.verdict), "blocked"));
}

TEST_CASE("facts changed after submit are found", "[scorer][score]") {
  const TemporaryFolder folder;
  record_submitted(folder / "a.ride", "fail");
  CHECK(score(folder / "a.ride").verdict.fix.points == 20);
  tamper(folder / "a.ride", "UPDATE fact_checks SET state = 'pass'");
  CHECK(contains(error_of([&] { score(folder / "a.ride"); }),
                 "the facts of attempt 1 do not match its record"));
}

TEST_CASE("a scenario snapshot that is not the recorded one is found", "[scorer][score]") {
  const TemporaryFolder folder;
  record_submitted(folder / "a.ride");
  tamper(
      folder / "a.ride",
      "UPDATE events SET body = CAST(replace(CAST(body AS BLOB), 'nobody looked', 'nobody lOOked')"
      " AS BLOB) WHERE kind = 1");
  CHECK(contains(error_of([&] { score(folder / "a.ride"); }),
                 "the scenario snapshot does not match its record"));
}

TEST_CASE("an attempt that was never submitted is graded as far as it went", "[scorer][score]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.select("SELECT 1", {"blocker"});
  recording.end_attempt("interrupted");
  recording.close();
  const auto so_far = score(folder / "a.ride");
  CHECK(so_far.verdict.interrupted);
  CHECK(so_far.verdict.detect.points == 30);
  CHECK(so_far.verdict.fix.points == 0);
  CHECK(rule_of(so_far.verdict, "writer").mark == Mark::unknown);
  CHECK(so_far.detail.how_ended == "interrupted");
}

TEST_CASE("the last submitted attempt is graded unless another is named", "[scorer][score]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.select("SELECT 1", {"blocker"});
  recording.submit();
  recording.end_attempt("submitted");
  recording.begin_attempt(2);
  recording.select("SELECT 1", {"writer"});
  recording.end_attempt("stopped");
  recording.close();
  CHECK(score(folder / "a.ride").verdict.attempt == 1);
  const auto second = score(folder / "a.ride", {.attempt = 2});
  CHECK(second.verdict.attempt == 2);
  CHECK(second.verdict.detect.points == 10);
  CHECK(contains(error_of([&] { score(folder / "a.ride", {.attempt = 3}); }),
                 "has no attempt 3; its last one is 2"));
}

TEST_CASE("each attempt is graded by what was drawn for it", "[scorer][score][parameters]") {
  auto rules = sample_rules();
  rules.detect[0].seen = "SELECT statement FROM saw WHERE value = '{{held}}'";
  rules.detect[0].why = "saw {{held}}";
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", rules, {}, R"({"held":"billing"})");
  recording.select("SELECT 1", {"billing"});
  recording.submit();
  recording.end_attempt("submitted");
  recording.begin_attempt(2, R"({"held":"ledger"})");
  recording.select("SELECT 1", {"billing"});
  recording.submit();
  recording.end_attempt("submitted");
  recording.begin_attempt(3);
  recording.close();
  const auto first = score(folder / "a.ride", {.attempt = 1});
  const auto second = score(folder / "a.ride", {.attempt = 2});
  CHECK(rule_of(first.verdict, "blocker").mark == Mark::pass);
  CHECK(rule_of(first.verdict, "blocker").why == "saw billing");
  CHECK(rule_of(second.verdict, "blocker").mark == Mark::fail);
  CHECK(first.verdict.scenario_hash == hash(rules));
  CHECK(second.verdict.scenario_hash == hash(rules));
  CHECK(contains(card_text(first), R"({"held":"billing"} from --seed 118)"));
  CHECK_FALSE(contains(verdict_json(first.verdict), "118"));
  CHECK(score(folder / "a.ride", {.attempt = 1, .rules = &rules}).verdict.total.points ==
        first.verdict.total.points);
  CHECK(contains(error_of([&] { score(folder / "a.ride", {.attempt = 3}); }),
                 "attempt 3 was recorded without the parameter \"held\" of these rules"));
}

TEST_CASE("a policy of the file takes points for hints, and without one they cost nothing",
          "[scorer][score][hints]") {
  const TemporaryFolder folder;
  const auto record = [&](const std::string& name, const std::string& policy, int hints) {
    Recording recording(folder / name, sample_rules(), {}, "", policy);
    recording.select("SELECT 1", {"blocker"});
    recording.select("SELECT 2", {"writer"});
    for (int i = 0; i < hints; ++i)
      recording.add(ride::journal::Kind::hint, 0, [&](ride::journal::FieldWriter& out) {
        out.put(ride::journal::Field::number, static_cast<std::uint64_t>(i + 1));
      });
    recording.submit();
    recording.close();
    return score(folder / name);
  };
  const auto free = record("free.ride", "", 3);
  CHECK(free.verdict.total.points == 100);
  CHECK(free.verdict.hints == 3);
  CHECK(contains(verdict_text(free.verdict), "Hints taken 3\n"));
  CHECK_FALSE(contains(verdict_json(free.verdict), "hint_cost"));
  const auto charged = record("charged.ride", "hint_cost=4", 3);
  CHECK(charged.verdict.total.points == 88);
  CHECK(charged.verdict.detect.points == 40);
  CHECK(contains(verdict_text(charged.verdict), "Hints taken 3, at 4 each: −12"));
  CHECK(contains(verdict_json(charged.verdict), R"("hint_cost":4,"hint_points":-12)"));
  CHECK(record("dear.ride", "hint_cost=100", 3).verdict.total.points == 0);
  CHECK(record("none.ride", "hint_cost=4", 0).verdict.total.points == 100);
  for (const char* bad : {"hint_cost=", "hint_cost=x", "hint_cost=4x", "hint_cost=-4",
                          "hint_cost=101", "hint_cost=04", "later"}) {
    INFO(bad);
    CHECK(contains(error_of([&] { record(std::string(bad) + ".ride", bad, 0); }),
                   "has a policy that this version of ride does not know"));
  }
}

TEST_CASE("values that nobody can have drawn grade nothing", "[scorer][score][parameters]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules(), {}, R"({"held":"x' OR 1=1 --"})");
  recording.close();
  CHECK(contains(error_of([&] { score(folder / "a.ride"); }), "drawn values"));
}

TEST_CASE("other rules may grade, and a wrong one is named with the file", "[scorer][score]") {
  const TemporaryFolder folder;
  record_submitted(folder / "a.ride");
  auto rules = sample_rules();
  rules.detect[0].seen = "SELECT statement FROM saw WHERE value = 'nothing'";
  CHECK(score(folder / "a.ride", {.rules = &rules}).verdict.detect.points == 10);
  rules.detect[0].seen = "SELECT random() AS statement";
  const auto error = error_of([&] { score(folder / "a.ride", {.rules = &rules}); });
  CHECK(contains(error, "a.ride"));
  CHECK(contains(error, "detect/blocker: may not call random()"));
}

TEST_CASE("what is no graded recording is refused in one line", "[scorer][score]") {
  const TemporaryFolder folder;
  CHECK(error_of([&] { score(folder / "none.ride"); }) != "");
  ride::journal::save(folder / "text.ride", "hello");
  CHECK(error_of([&] { score(folder / "text.ride"); }) != "");
  {
    ride::journal::Writer writer(folder / "bare.ride");
    writer.shared().append(ride::journal::Kind::run_began, 0, 1, "");
    writer.close();
  }
  CHECK(contains(error_of([&] { score(folder / "bare.ride"); }), "without a scenario"));
}
