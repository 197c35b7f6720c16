// What an instructor does with a folder of attempts: tests/attempts, recorded through the real
// proxy by tests/attempts/make.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"
#include "tests/lab/proxy_process.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace ride::lab;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

std::string load(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void save(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != text.npos);
  return text.replace(at, from.size(), to);
}

std::vector<json::object> objects(const std::string& lines) {
  std::vector<json::object> out;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) out.push_back(json::parse(line).as_object());
  return out;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

// The stored attempts, and a scenario whose rules can be changed.
struct Class {
  ride::test::TemporaryDirectory folder;
  fs::path attempts = folder.path() / "attempts";
  fs::path scenario = folder.path() / "scenario";

  Class() {
    fs::create_directory(attempts);
    for (const auto& entry : fs::directory_iterator(RIDE_ATTEMPTS))
      if (entry.path().extension() == ".ride")
        fs::copy_file(entry.path(), attempts / entry.path().filename());
    fs::copy(Lab::scenario_folder(), scenario, fs::copy_options::recursive);
  }

  void change_rules(const std::string& from, const std::string& to) const {
    const auto yaml = scenario / "scenario.yaml";
    save(yaml, replaced(load(yaml), from, to));
  }
  Outcome ride(std::vector<std::string> words) const { return run_ride(std::move(words)); }
  Outcome regrade(std::vector<std::string> more = {}) const {
    std::vector<std::string> words{"regrade", attempts.string(), "--scenario", scenario.string()};
    words.insert(words.end(), more.begin(), more.end());
    return run_ride(words);
  }
};

}  // namespace

TEST_CASE("a folder is regraded under changed rules, and each difference has its reason",
          "[lab][review]") {
  const Class it;
  it.change_rules("  - id: ddl-queued\n    title: Queued DDL behind the lock\n    points: 6",
                  "  - id: ddl-queued\n    title: Queued DDL behind the lock\n    points: 10");
  const auto done = it.regrade({"--json"});
  INFO(done.err << done.out);
  REQUIRE(done.exit_code == 0);
  const auto lines = objects(done.out);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].at("learner") == "ana");
  CHECK(lines[0].at("differs") == false);
  CHECK(lines[1].at("learner") == "ben");
  CHECK(lines[1].at("differs") == true);
  const auto& rule = lines[1].at("rules").as_array().at(0).as_object();
  CHECK(rule.at("id") == "ddl-queued");
  CHECK(rule.at("before").at("points") == -6);
  CHECK(rule.at("after").at("points") == -10);
  CHECK(rule.at("changed") == json::array{"points"});
  CHECK(lines[1].at("before").at("hash") != lines[1].at("after").at("hash"));
  CHECK(lines[3].at("state") == "left out");
  CHECK(lines[3].at("why") == "no attempt in it was submitted");
}

TEST_CASE("what cannot be regraded is named in a line, and the rest goes on", "[lab][review]") {
  const Class it;
  save(it.attempts / "broken.ride", load(it.attempts / "ana.ride").substr(0, 60'000));
  save(it.attempts / "foreign.ride", "not a file of ride's");
  fs::copy_file(RIDE_JOURNALS "/2-proxy.ride", it.attempts / "proxy.ride");
  const auto done = it.regrade();
  INFO(done.err << done.out);
  CHECK(done.exit_code == 1);
  CHECK(holds(done.out, "3 attempts regraded, 0 differ; 4 files not regraded"));
  for (const auto* const name : {"broken.ride: ", "foreign.ride: ", "proxy.ride: ", "dora.ride: "})
    CHECK(holds(done.err, name));

  it.change_rules("id: stage-12/02-release-fallout", "id: stage-12/03-another");
  const auto other = it.regrade();
  CHECK(other.exit_code == 1);
  CHECK(holds(other.err, "ana.ride: of another scenario, stage-12/02-release-fallout"));
  CHECK(holds(other.out, "0 attempts regraded"));
}

TEST_CASE("score with another scenario's folder knows, too, which checks were not run",
          "[lab][review]") {
  const Class it;
  it.change_rules("expect: \"0 without\"", "expect: \"none without\"");
  const auto done = it.ride({"score", (it.attempts / "ana.ride").string(), "--scenario",
                             it.scenario.string(), "--verdict", "--json"});
  REQUIRE(done.exit_code == 0);
  CHECK(json::parse(done.out).at("total") == 93);
  CHECK(holds(done.out, "this check was not run when the attempt was submitted"));
}

TEST_CASE("a class stands in a table, and a cell can be asked for its proof", "[lab][review]") {
  const Class it;
  const auto done = it.ride({"review", it.attempts.string()});
  INFO(done.err << done.out);
  REQUIRE(done.exit_code == 0);
  for (const auto* const row :
       {"ana       100 ✓✓✓✓✓ ✓✓✓✓✓✓ ··············", "dora     (40) ✓✓✓✓✓ ?????? ??????????????"})
    CHECK(holds(done.out, row));
  const auto only = objects(it.ride({"review", it.attempts.string(), "--rule", "ddl-queued",
                                     "--outcome", "fail", "--json"})
                                .out);
  REQUIRE(only.size() == 1);
  CHECK(only[0].at("learner") == "ben");
  CHECK(only[0].at("rules").as_array().size() == 1);
  CHECK(only[0].at("blocked_us").to_number<long>() > 1'000'000);

  const auto proof = it.ride({"review", it.attempts.string(), "--show", "ben/ddl-queued"});
  INFO(proof.out);
  CHECK(proof.exit_code == 0);
  CHECK(holds(proof.out, "trap/ddl-queued: fail, -6 of 6"));
  CHECK(holds(proof.out, "ALTER TABLE orders ALTER COLUMN release_id SET DEFAULT 'unknown'"));
  CHECK(holds(proof.out, "trap sprung: Queued DDL behind the lock"));
  CHECK_FALSE(holds(proof.out, "LOCK TABLE"));

  const auto nobody = it.ride({"review", it.attempts.string(), "--learner", "eve"});
  CHECK(nobody.exit_code == 1);
  CHECK(holds(nobody.err, "no attempt matches"));
  CHECK(it.ride({"review", it.attempts.string(), "--since", "soon"}).exit_code == 2);
  CHECK(it.ride({"review"}).exit_code == 2);
}

TEST_CASE("a damaged file in the folder is named, and the table goes on", "[lab][review]") {
  const Class it;
  save(it.attempts / "broken.ride", load(it.attempts / "ana.ride").substr(0, 60'000));
  const auto done = it.ride({"review", it.attempts.string()});
  CHECK(done.exit_code == 1);
  CHECK(holds(done.err, "broken.ride: "));
  CHECK(holds(done.out, "4 attempts"));
}

TEST_CASE("two attempts are lined up, with comments, and part where they went other ways",
          "[lab][review]") {
  const Class it;
  const auto ana = (it.attempts / "ana.ride").string(), ben = (it.attempts / "ben.ride").string();
  REQUIRE(it.ride({"replay", ben, "--comment", "1", "read the locks first"}).exit_code == 0);
  const auto done = it.ride({"review", "--compare", ben, ana});
  INFO(done.err << done.out);
  REQUIRE(done.exit_code == 0);
  CHECK(holds(done.out, "here they part"));
  CHECK(holds(done.out, "trap ddl-queued"));
  CHECK(holds(done.out, "read the locks first"));
  const auto both = objects(it.ride({"review", "--compare", ana, ben + ":1", "--json"}).out);
  REQUIRE(both.size() == 1);
  CHECK(both[0].at("a").at("learner") == "ana");
  bool ended = false;
  for (const auto& line : both[0].at("milestones").as_array())
    if (line.at("milestone") == "ended migration_runner")
      ended = line.at("a").is_object() && line.at("b").is_object();
  CHECK(ended);
  const auto same = objects(it.ride({"review", "--compare", ana, ana, "--json"}).out);
  CHECK(same.at(0).at("part_at").is_null());
}

TEST_CASE("a statement that holds up the application is told with how long, in a live run",
          "[lab][review]") {
  Lab lab;
  lab.start();
  lab.play_text(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
      " WHERE application_name LIKE 'migration_runner%';\n"
      "-- @wait ended migration_runner\n"
      "BEGIN;\nLOCK TABLE orders IN SHARE MODE;\nSELECT pg_sleep(1);\nCOMMIT;\n");
  lab.submit();
  const auto card = json::parse(lab.must({"score", lab.file().string(), "--json"}));
  const auto& harm = card.at("detail").at("harm");
  INFO(json::serialize(harm));
  bool lock = false;
  for (const auto& row : harm.at("statements").as_array())
    lock |= row.at("statement") == 3 && row.at("actor") == "app_writer" &&
            row.at("blocked_us").to_number<long>() > 0;
  CHECK(lock);
  CHECK_FALSE(holds(lab.verdict(), "blocked_us"));
  CHECK(holds(lab.must({"replay", lab.file().string(), "--txt"}), "#3 kept app_writer waiting"));
}
