// What a scenario draws, from the command line on: the seed repeats it, the file keeps it, and
// scripts, cards, re-runs and forks have it.
#include <string>
#include <vector>

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"

namespace {

using ride::lab::Lab;
using ride::lab::run_program;
namespace fs = std::filesystem;
namespace json = boost::json;

constexpr const char* blocking = "stage-02/01-blocking-transaction";

json::object start(const Lab& lab, std::vector<std::string> more = {}) {
  std::vector<std::string> words{"postgres", "start", blocking, "--json", "--sandbox", "local"};
  words.insert(words.end(), more.begin(), more.end());
  return json::parse(lab.must(words)).as_object();
}

std::string text(const json::object& object, const char* key) {
  return json::value_to<std::string>(object.at(key));
}

std::string script(const std::string& name) {
  return (fs::path(RIDE_SOURCE_SCENARIOS) / blocking / name).string();
}

json::object card(const Lab& lab, const std::string& file, const std::string& attempt = "1") {
  return json::parse(lab.must({"score", file, "--json", "--attempt", attempt})).as_object();
}

// The JSON of what was drawn for an attempt.
std::string drawn(const json::object& card) { return text(card.at("detail").as_object(), "drawn"); }

std::string names_of_sessions(const std::string& dsn) {
  return run_program({"psql", "-XAt", "-d", dsn, "-c",
                      "SELECT string_agg(application_name, ',' ORDER BY application_name) FROM "
                      "pg_stat_activity WHERE state = 'idle in transaction'"})
      .out;
}

}  // namespace

TEST_CASE("a seed repeats a drawing, which scripts and the file's card have", "[lab][postgres]") {
  std::string first_drawn, first_verdict, first_sessions;
  for (int i = 0; i < 2; ++i) {
    const Lab lab;
    const auto run = start(lab, {"--seed", "3"});
    CHECK(run.at("seed").to_number<int>() == 3);
    const auto sessions = names_of_sessions(text(run, "dsn"));
    lab.must({"scenario", "play", script("solutions/blocking-pids.sql")});
    lab.must({"postgres", "submit"});
    lab.must({"postgres", "stop"});
    const auto graded = card(lab, text(run, "file"));
    CHECK(graded.at("total").to_number<int>() == 100);
    CHECK(graded.at("detail").at("seed").to_number<int>() == 3);
    const auto verdict = lab.must({"score", text(run, "file"), "--verdict", "--json"});
    if (i == 0) {
      first_drawn = drawn(graded);
      first_verdict = verdict;
      first_sessions = sessions;
      CHECK(first_drawn.find("\"order\":\"") != std::string::npos);
    } else {
      CHECK(drawn(graded) == first_drawn);
      CHECK(verdict == first_verdict);
      CHECK(sessions == first_sessions);
    }
    CHECK(lab.must({"regrade", text(run, "file")}).find("1 attempt regraded, 0 differ") !=
          std::string::npos);
  }
}

TEST_CASE("a second try is another drawing, unless the seed was asked for", "[lab][postgres]") {
  const Lab lab;
  const auto run = start(lab);
  const auto shown = lab.must({"postgres", "reset"});
  const auto repeated =
      json::parse(lab.must({"postgres", "reset", "--seed", "7", "--json"})).as_object();
  CHECK(repeated.at("seed").to_number<int>() == 7);
  CHECK(text(repeated, "dsn") == text(run, "dsn"));
  lab.must({"postgres", "reset"});
  const auto status = json::parse(lab.must({"postgres", "status", "--json"})).as_object();
  CHECK(status.at("seed").to_number<int>() == 7);
  lab.must({"postgres", "stop"});
  const auto file = text(run, "file");
  const auto second = drawn(card(lab, file, "2"));
  CHECK(second != drawn(card(lab, file, "1")));
  CHECK(drawn(card(lab, file, "3")) == drawn(card(lab, file, "4")));
  const auto order = text(json::parse(second).as_object(), "order");
  CHECK(shown.find("order " + order) != std::string::npos);  // the brief is another one, too
}

TEST_CASE("an attempt is carried out again, and forked, with what was drawn for it",
          "[lab][postgres][rerun]") {
  const Lab lab;
  const auto run = start(lab, {"--seed", "11"});
  lab.must({"scenario", "play", script("solutions/blocking-pids.sql")});
  lab.must({"postgres", "submit"});
  lab.must({"postgres", "stop"});
  const auto file = text(run, "file");
  const auto again = json::parse(lab.must({"replay", file, "--run", "--json"})).as_object();
  INFO(json::serialize(again));
  CHECK(again.at("verdict").at("now").to_number<int>() == 100);
  CHECK(again.at("verdict").at("same").as_bool());
  const auto fork = json::parse(lab.must({"replay", file, "--fork", "1", "--json"})).as_object();
  lab.must({"postgres", "stop"});
  CHECK(drawn(card(lab, text(fork, "file"))) == drawn(card(lab, file)));
}

TEST_CASE("a hint says what was looked at and what not, and costs what the policy says",
          "[lab][postgres]") {
  const Lab lab;
  const auto run = start(lab, {"--hint-cost", "3"});
  const auto hint = [&] {
    return json::parse(lab.must({"postgres", "hint", "--json"})).as_object();
  };
  CHECK(text(hint(), "nudge") == "Not yet: the server can say whom a waiting session waits for.");
  run_program({"psql", "-XAt", "-d", text(run, "dsn"), "-c",
               "SELECT pid, application_name, wait_event_type FROM pg_stat_activity"});
  const auto second = hint();
  CHECK(text(second, "nudge") ==
        "You have seen: The payment that waits. Not yet: the server can say whom a waiting session "
        "waits for.");
  CHECK(second.at("number").to_number<int>() == 2);
  hint();
  CHECK(hint().at("again").as_bool());  // nothing new: not counted
  lab.must({"scenario", "play", script("solutions/blocking-pids.sql")});
  const auto last = hint();
  CHECK(text(last, "nudge").starts_with("You have seen all that there is to find"));
  CHECK(last.at("taken").to_number<int>() == 4);
  lab.must({"postgres", "submit"});
  lab.must({"postgres", "stop"});
  const auto graded = card(lab, text(run, "file"));
  CHECK(graded.at("hints").to_number<int>() == 4);
  CHECK(graded.at("total").to_number<int>() == 88);
  CHECK(lab.must({"postgres", "list"}).find("best 88 of 100 · 1 attempt · 4 hints") !=
        std::string::npos);
}

TEST_CASE("before anything is drawn a brief has names, and bad seeds are refused", "[lab]") {
  const Lab lab;
  CHECK(lab.must({"postgres", "show", blocking}).find("order <order>") != std::string::npos);
  for (const char* bad : {"-1", "4294967296", "x", "1.5"}) {
    INFO(bad);
    CHECK(lab.ride({"postgres", "start", blocking, "--seed", bad}).exit_code == 2);
  }
}
