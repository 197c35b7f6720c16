#include "cli/progress.hpp"

#include <fstream>
#include <sstream>

#include "cli/failure.hpp"
#include "cli/options.hpp"
#include "cli/progress_text.hpp"
#include "tests/catch.hpp"
#include "tests/cli/temporary_home.hpp"
#include "tests/scorer/recording.hpp"
#include "tests/scorer/support.hpp"

using namespace ride::cli;
namespace fs = std::filesystem;

namespace {

const std::vector<CatalogEntry> catalog{
    {"stage-02/01-first", "First", "Locks", "L2", "10-15", {"locks"}},
    {"stage-02/03-second", "Second", "Locks", "L3", "10-15", {"locks"}},
    {"stage-01/09-last",
     "A rather long title of many words",
     "Plans",
     "L4",
     "15-20",
     {"locks", "plans"}},
    {"stage-06/06-alone", "Alone", "Tenants", "L1", "10-15", {}}};

// An attempt of the scenario with full marks, or with nothing done, and so many hints.
void record(const fs::path& file, const std::string& id, bool solved, int hints,
            bool submitted = true) {
  auto rules = ride::scorer::sample_rules();
  rules.id = id;
  ride::scorer::Recording recording(file, rules);
  if (solved) {
    recording.select("SELECT 1", {"blocker"});
    recording.select("SELECT 2", {"writer"});
  }
  for (int i = 1; i <= hints; ++i)
    recording.add(ride::journal::Kind::hint, 0, [&](ride::journal::FieldWriter& out) {
      out.put(ride::journal::Field::number, static_cast<std::uint64_t>(i));
    });
  if (submitted) recording.submit();
  recording.end_attempt(submitted ? "submitted" : "stopped");
  recording.close();
}

Standing with(const std::vector<std::pair<std::string, ScenarioProgress>>& progress,
              const std::string& last = "") {
  Standing out;
  for (const auto& [id, one] : progress) out.scenarios[id] = one;
  out.last = last;
  return out;
}

const ScenarioProgress full{1, 1, 0, 100, 100};
const ScenarioProgress poor{3, 2, 1, 60, 100};

}  // namespace

TEST_CASE("progress is what the attempt files say", "[cli][progress]") {
  const TemporaryHome temporary;
  const auto folder = temporary.home().attempts();
  record(folder / "a.ride", "stage-02/01-first", false, 2);
  record(folder / "b.ride", "stage-02/01-first", true, 0);
  record(folder / "c.ride", "stage-02/03-second", true, 1, false);
  const auto done = read_progress(folder);
  CHECK(done.skipped.empty());
  const auto first = done.of("stage-02/01-first");
  CHECK(first.attempts == 2);
  CHECK(first.submitted == 2);
  CHECK(first.hints == 2);
  CHECK(first.best == 100);
  CHECK(first.done());
  const auto second = done.of("stage-02/03-second");
  CHECK(second.attempts == 1);
  CHECK(second.submitted == 0);
  CHECK(second.hints == 1);
  CHECK_FALSE(second.done());
  CHECK(done.last == "stage-02/03-second");
  CHECK(done.of("never/heard").attempts == 0);
}

TEST_CASE("damaged and foreign files are skipped with a line each, and cost the others nothing",
          "[cli][progress]") {
  const TemporaryHome temporary;
  const auto folder = temporary.home().attempts();
  record(folder / "b.ride", "stage-02/01-first", true, 0);
  std::ofstream(folder / "a.ride") << "no SQLite\n\x1b[31m";
  std::ofstream(folder / "notes.txt") << "no attempt";
  fs::copy_file(folder / "b.ride", folder / "cut.ride");
  fs::resize_file(folder / "cut.ride", fs::file_size(folder / "b.ride") / 3);
  {
    ride::journal::Writer proxy(folder / "proxy.ride");
    proxy.shared().append(ride::journal::Kind::run_began, 0, 1, "");
    proxy.close();
  }
  const auto done = read_progress(folder);
  CHECK(done.of("stage-02/01-first").best == 100);
  REQUIRE(done.skipped.size() == 3);
  for (const auto& line : done.skipped) {
    INFO(line);
    CHECK(line.find(folder.string()) == 0);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.find('\x1b') == std::string::npos);
  }
  CHECK(read_progress(folder / "nowhere").scenarios.empty());
}

TEST_CASE("next goes on with the path of the last attempt, easiest first", "[cli][progress]") {
  const auto next = [](const Standing& done, const std::string& path = "") {
    const auto proposal = recommend(catalog, done, path);
    return (proposal.scenario ? proposal.scenario->id : "none") + " | " + proposal.why;
  };
  CHECK(next(with({{"stage-02/01-first", full}}, "stage-02/01-first")) ==
        "stage-02/03-second | of the path locks 1 of 3 are done, and you have not tried it yet");
  CHECK(next(with({{"stage-02/01-first", poor}}, "stage-02/01-first")) ==
        "stage-02/01-first | of the path locks 0 of 3 are done, and your best of 2 submitted "
        "attempts is 60 of 100");
  CHECK(next(with({{"stage-02/01-first", {1, 0, 0, 0, 0}}}, "stage-02/01-first")) ==
        "stage-02/01-first | of the path locks 0 of 3 are done, and you began 1 attempt and "
        "submitted none");
  CHECK(next(with({}), "plans") ==
        "stage-01/09-last | of the path plans 0 of 1 are done, and you have not tried it yet");
  CHECK(next(with({{"stage-01/09-last", full}}), "plans") ==
        "none | all 1 of the path plans are done");
  CHECK(next(with({})) ==
        "stage-06/06-alone | it is the easiest that is not done, and you have not tried it yet");
  CHECK(next(with({{"stage-06/06-alone", full}}, "stage-06/06-alone")) ==
        "stage-02/01-first | the path locks goes on with the easiest that is not done, and you "
        "have not tried it yet");
  Standing all;
  for (const auto& entry : catalog) all.scenarios[entry.id] = full;
  CHECK(next(all) == "none | everything is done");
  CHECK_THROWS_WITH(recommend(catalog, {}, "lcks"),
                    "there is no path \"lcks\"; did you mean \"locks\"? (there are: locks, plans)");
}

TEST_CASE("the list stands by stage and by path, and fits 40 columns", "[cli][progress]") {
  const auto done = with({{"stage-02/01-first", full}, {"stage-02/03-second", poor}});
  std::ostringstream out;
  print_catalog(catalog, paths_of(catalog, done), done, 40, out);
  CHECK(out.str() ==
        "stage-02\n"
        "  [x] stage-02/01-first\n"
        "      First · L2 · 10-15 min\n"
        "      best 100 of 100 · 1 attempt · no\n"
        "      hints\n"
        "  [-] stage-02/03-second\n"
        "      Second · L3 · 10-15 min\n"
        "      best 60 of 100 · 3 attempts · 1\n"
        "      hint\n"
        "\n"
        "stage-01\n"
        "  [ ] stage-01/09-last\n"
        "      A rather long title of many words\n"
        "      · L4 · 15-20 min\n"
        "\n"
        "stage-06\n"
        "  [ ] stage-06/06-alone\n"
        "      Alone · L1 · 10-15 min\n"
        "\n"
        "path locks, 1 of 3 done\n"
        "  [x] stage-02/01-first\n"
        "  [-] stage-02/03-second\n"
        "  [ ] stage-01/09-last\n"
        "\n"
        "path plans, 0 of 1 done\n"
        "  [ ] stage-01/09-last\n");
}
