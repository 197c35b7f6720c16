#include "audit/list.hpp"

#include "base/json.hpp"
#include "journal/liveness.hpp"
#include "tests/catch.hpp"
#include "tests/journal/support.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride;
using namespace ride::audit;
using journal::contains;
using journal::save;
using journal::TemporaryFolder;
using scorer::Recording;
using scorer::sample_rules;

TEST_CASE("a listed file tells its learner, scenario, attempts and their totals", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  recording.select("SELECT 1", {"blocker"});
  recording.submit();
  recording.end_attempt("submitted");
  recording.begin_attempt(2);
  recording.select("SELECT 2; ", {"x"});
  recording.close();
  const auto listed = list_file(folder / "a.ride");
  CHECK(listed.state == "at rest");
  CHECK(listed.learner == "ana");
  CHECK(listed.scenario == "test/sample");
  REQUIRE(listed.attempts.size() == 2);
  CHECK(listed.attempts[0].outcome == "submitted");
  CHECK(listed.attempts[0].total.value_or(0) > 0);
  CHECK(listed.attempts[1].outcome == "open");
  CHECK_FALSE(listed.attempts[1].total.has_value());
  CHECK(listed.statements == 2);
  CHECK_FALSE(listed.statements_exact);
  CHECK(listed.last_us > listed.started_us);
}

TEST_CASE("statements of a file whose attempts were all graded are counted exactly", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  const auto two = recording.ask("SELECT 1; SELECT 2");
  recording.answer(two, 0, "SELECT 1");
  recording.answer(two, 1, "SELECT 1");
  recording.ready(two);
  recording.submit();
  recording.close();
  const auto listed = list_file(folder / "a.ride");
  CHECK(listed.statements == 2);
  CHECK(listed.statements_exact);
}

TEST_CASE("a file that is written is listed as such, and one whose writer died", "[audit]") {
  const TemporaryFolder folder;
  Recording recording(folder / "a.ride", sample_rules());
  CHECK(list_file(folder / "a.ride").state == "being written");
  recording.close();
  save(journal::ring_path(folder / "a.ride", 1), "");
  CHECK(list_file(folder / "a.ride").state == "interrupted");
}

TEST_CASE("foreign and damaged files are one line each", "[audit]") {
  const TemporaryFolder folder;
  save(folder / "foreign.ride", "no database at all");
  { Recording(folder / "damaged.ride", sample_rules()).close(); }
  auto bytes = journal::load(folder / "damaged.ride");
  for (std::size_t i = 100; i < bytes.size(); ++i) bytes[i] = '\x55';
  save(folder / "damaged.ride", bytes);
  const auto foreign = list_file(folder / "foreign.ride");
  const auto damaged = list_file(folder / "damaged.ride");
  CHECK(foreign.state == "foreign");
  CHECK(foreign.why == "is not a ride attempt file");
  CHECK(damaged.state == "damaged");
  CHECK_FALSE(damaged.why.empty());
  const auto text = list_text({foreign, damaged});
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
  CHECK(to_json(foreign).at("why") == "is not a ride attempt file");
}

TEST_CASE("what a file is called cannot reach the terminal as an escape sequence", "[audit]") {
  const TemporaryFolder folder;
  save(folder / "a\x1b[31m.ride", "");
  CHECK_FALSE(contains(list_text({list_file(folder / "a\x1b[31m.ride")}), "\x1b"));
}
