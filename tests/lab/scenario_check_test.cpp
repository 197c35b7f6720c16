// `ride scenario new`, `check` and `schema`, as an author uses them, and scenario files that mean
// harm.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"

using namespace ride::lab;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

class Author {
 public:
  Author() { lab_.must({"scenario", "new", "own/first", "--in", (lab_.home() / "s").string()}); }

  fs::path folder() const { return lab_.home() / "s/own/first"; }
  const Lab& lab() const { return lab_; }

  void append(const std::string& name, const std::string& text) const {
    std::ofstream(folder() / name, std::ios::app) << text;
  }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder() / name).parent_path());
    std::ofstream(folder() / name) << text;
  }
  void replace(const std::string& name, const std::string& what, const std::string& by) const {
    std::ifstream in(folder() / name);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const auto at = text.find(what);
    REQUIRE(at != text.npos);
    write(name, text.replace(at, what.size(), by));
  }

  // The problems of every step that failed: "STEP: PROBLEM" each.
  std::vector<std::string> check(const std::vector<std::string>& words = {}) const {
    std::vector<std::string> all{"scenario", "check", folder().string(), "--json", "-j", "2"};
    all.insert(all.end(), words.begin(), words.end());
    const auto outcome = lab_.ride(all);
    INFO(outcome.out << outcome.err);
    const auto report = json::parse(outcome.out).as_object();
    CHECK(report.at("ok").as_bool() == (outcome.exit_code == 0));
    std::vector<std::string> out;
    for (const auto& step : report.at("scenarios").as_array()[0].as_object().at("steps").as_array())
      for (const auto& problem : step.as_object().at("problems").as_array())
        out.push_back(std::string(step.as_object().at("step").as_string()) + ": " +
                      std::string(problem.as_string()));
    return out;
  }

  // The first problem, where `check` finds one and is no longer at work.
  std::string trouble() const {
    const auto found = check({"--quick"});
    return found.empty() ? "" : found[0];
  }

 private:
  Lab lab_;
};

bool has(const std::string& text, const std::string& what) { return text.find(what) != text.npos; }

}  // namespace

TEST_CASE("a new scenario passes the whole check", "[lab][postgres]") {
  const Author author;
  const auto outcome =
      author.lab().ride({"scenario", "check", author.folder().string(), "-j", "2"});
  INFO(outcome.out << outcome.err);
  CHECK(outcome.exit_code == 0);
  for (const char* step :
       {"lint", "seed", "incident", "solutions/end-holder.sql", "much reading", "again",
        "traps/app-ended.sql", "partial/fix-only.sql", "reset", "verdicts"})
    CHECK(has(outcome.out, step));
  CHECK_FALSE(fs::exists(author.lab().home() / "run/run.json"));
}

TEST_CASE("new does not write over a scenario, nor anywhere else", "[lab]") {
  const Author author;
  const auto root = (author.lab().home() / "s").string();
  CHECK(author.lab().ride({"scenario", "new", "own/first", "--in", root}).exit_code == 1);
  CHECK(author.lab().ride({"scenario", "new", "../up", "--in", root}).exit_code == 2);
  CHECK(author.lab().ride({"scenario", "new", "/up", "--in", root}).exit_code == 2);
}

TEST_CASE("check finds a script that does not do what it says", "[lab][postgres]") {
  const Author author;
  author.append("traps/app-ended.sql", "");
  author.write("traps/app-ended.sql", "-- @springs app-ended\nSELECT 1;\n");
  author.write("solutions/half.sql", "SELECT pid, pg_blocking_pids(pid) FROM pg_stat_activity;\n");
  author.write("partial/fix-only.sql", "-- @expect 99\nSELECT no_such_thing;\n");
  const auto found = author.check();
  std::string all;
  for (const auto& line : found) all += line + "\n";
  INFO(all);
  CHECK(has(all, "traps/app-ended.sql: should spring app-ended, and springs none"));
  CHECK(has(all, "solutions/half.sql: 60 of 100; not passed: changes-go-through"));
  CHECK(has(all, "afterwards changes-waiting is unhealthy (1)"));
  CHECK(has(all, "partial/fix-only.sql: expected 99, and it is 20 of 100"));
  CHECK(has(all, "ERROR:  column \"no_such_thing\" does not exist"));
}

TEST_CASE("check finds an incident that does not show, and a seed that is ill", "[lab][postgres]") {
  const Author author;
  author.replace("scenario.yaml", "healthy: \"0\"", "healthy: \"7\"");
  const auto found = author.check({"--quick"});
  REQUIRE_FALSE(found.empty());
  CHECK(has(found[0],
            "seed: healthy, and twice the same: the probe changes-waiting is not healthy "
            "on the seed: 0"));
}

TEST_CASE("check wants scenarios or --all, and names the nearest", "[lab]") {
  const Lab lab;
  CHECK(lab.ride({"scenario", "check"}).exit_code == 2);
  CHECK(lab.ride({"scenario", "check", "x", "--all"}).exit_code == 2);
  const auto outcome = lab.ride({"scenario", "check", "stage-12/02-release-falout"});
  CHECK(outcome.exit_code == 1);
  CHECK(has(outcome.err, "02-release-fallout"));
}

TEST_CASE("check of several skips what does not run where it is asked for, and says so", "[lab]") {
  const Author author;
  author.replace("scenario.yaml", "[local, docker]", "[docker]");
  const auto folder = author.folder().string();
  const auto outcome = author.lab().ride({"scenario", "check", folder, folder});
  CHECK(outcome.exit_code == 0);
  CHECK(has(outcome.out, folder));
  CHECK(has(outcome.out, "skipped: runs in Docker only"));
  CHECK(has(author.trouble(), "this scenario runs in Docker only: use --sandbox docker"));
}

TEST_CASE("a check that is interrupted leaves nothing behind", "[lab][postgres]") {
  const Author author;
  const auto folder = author.lab().home() / "tmp";
  fs::create_directory(folder);
  const auto outcome = run_program(
      {"sh", "-c",
       "\"$0\" scenario check \"$1\" & until ls \"$TMPDIR\"/ride-check-*/0; do sleep 0.05; done; "
       "kill -INT $!; wait $!",
       RIDE_PROGRAM, author.folder().string()},
      {"RIDE_HOME=" + author.lab().home().string(), "TMPDIR=" + folder.string()});
  INFO(outcome.out << outcome.err);
  CHECK(outcome.exit_code == 1);
  CHECK(has(outcome.err, "interrupted; the check is not complete"));
  CHECK(fs::is_empty(folder));
}

TEST_CASE("schema prints JSON that knows the keys", "[lab]") {
  const Lab lab;
  const auto schema = json::parse(lab.must({"scenario", "schema"})).as_object();
  CHECK(schema.at("properties").as_object().contains("postmortem"));
}

TEST_CASE("a query without an end is stopped, wherever it stands", "[lab][postgres]") {
  SECTION("in a confirmation") {
    const Author author;
    author.replace(
        "scenario.yaml", "SELECT count(*) FROM pg_catalog.pg_stat_activity w",
        "SELECT count(*) FROM pg_catalog.pg_sleep(1e9) s, pg_catalog.pg_stat_activity w");
    CHECK(has(author.trouble(), "canceling statement due to statement timeout"));
  }
  SECTION("in what a session does at first") {
    const Author author;
    author.replace("scenario.yaml", "- BEGIN", "- SELECT pg_sleep(1e9)");
    CHECK(has(author.trouble(), "did not get through its `run` within 15 s"));
  }
  SECTION("in a rule") {
    const Author author;
    author.replace(
        "scenario.yaml",
        "SELECT statement, actor FROM terminations WHERE actor = 'app' ORDER BY statement",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) "
        "AS statement FROM n");
    CHECK(has(author.trouble(), "steps"));
  }
}

TEST_CASE("a seed that grows without an end is stopped", "[lab][postgres]") {
  const Author author;
  author.append("seed/app_db.sql",
                "CREATE TABLE t AS SELECT repeat(md5(g::text), 30) FROM generate_series(1, 60000) "
                "g, generate_series(1, 60000) h;\n");
  CHECK(has(author.trouble(), "a seed must stay below"));
}

TEST_CASE("a scenario's SQL cannot reach the server's files", "[lab][postgres]") {
  const Author author;
  author.append("seed/app_db.sql", "COPY public.items TO '/tmp/ride-reached';\n");
  CHECK(has(author.trouble(), "42501"));
  CHECK_FALSE(fs::exists("/tmp/ride-reached"));
}
