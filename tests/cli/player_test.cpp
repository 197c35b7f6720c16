// The player with a stand-in for psql: a shell script that echoes what a psql would answer.
#include "cli/player.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/failure.hpp"
#include "tests/catch.hpp"
#include "tests/cli/temporary_home.hpp"

using namespace ride::cli;
namespace fs = std::filesystem;

namespace {

// Answers each line; `\echo WORD` prints WORD; `fail` ends it with code 3; `hang` answers no more.
constexpr const char* stand_in = R"(#!/bin/sh
while read -r line; do
  case "$line" in
    '\echo '*) echo "${line#?echo }" ;;
    fail) exit 3 ;;
    hang) exec sleep 1000 ;;
    *) echo "$PGAPPNAME did $line" ;;
  esac
done
)";

class Bench {
 public:
  Bench() {
    const fs::path program = temporary_.home().root / "psql";
    std::ofstream(program) << stand_in;
    fs::permissions(program, fs::perms::owner_all);
    options_.psql = program;
    options_.dsn = "unused";
  }
  Played play(std::string_view text, const EventSource& events = {}) {
    return ride::cli::play(parse_script(text, "s.sql"), options_, events, out_);
  }
  std::string out() const { return out_.str(); }
  PlayOptions& options() { return options_; }

 private:
  TemporaryHome temporary_;
  PlayOptions options_;
  std::ostringstream out_;
};

}  // namespace

TEST_CASE("one session's output is printed as it is", "[cli][player]") {
  Bench bench;
  CHECK(bench.play("one\ntwo\n").ok);
  CHECK(bench.out() == " did one\n did two\n");
}

TEST_CASE("a session on another server is connected there", "[cli][player]") {
  Bench bench;
  // The stand-in is given `-X -d DSN`, and says it first.
  std::ofstream(bench.options().psql) << "#!/bin/sh\necho \"$PGAPPNAME at $3\"\n" << stand_in;
  bench.options().servers["standby"] = "there";
  CHECK(bench.play("-- @session a\none\n").ok);
  CHECK(bench.play("-- @session b standby\ntwo\n").ok);
  CHECK(bench.out() == "[a] a at unused\n[a] a did one\n[b] b at there\n[b] b did two\n");
  CHECK_THROWS_AS(bench.play("-- @session c elsewhere\nthree\n"), Failure);
}

TEST_CASE("named sessions print behind their names and in the order of the waits",
          "[cli][player]") {
  Bench bench;
  CHECK(bench
            .play("-- @session a\none\n-- @wait done a\n-- @session b\ntwo\n-- @wait done b\n"
                  "-- @session a\nthree\n")
            .ok);
  CHECK(bench.out() == "[a] a did one\n[b] b did two\n[a] a did three\n");
}

TEST_CASE("a session that does not answer does not hold the others, and is named",
          "[cli][player]") {
  Bench bench;
  bench.options().wait_max = std::chrono::milliseconds(300);
  const auto played = bench.play("-- @session a\nhang\n-- @session b\ntwo\n-- @wait done b\n");
  CHECK_FALSE(played.ok);
  REQUIRE(played.problems.size() == 1);
  CHECK(played.problems[0].starts_with("session a did not end"));
  CHECK(bench.out() == "[b] b did two\n");
}

TEST_CASE("a psql that fails makes the script fail", "[cli][player]") {
  Bench bench;
  const auto played = bench.play("one\nfail\n");
  CHECK_FALSE(played.ok);
  REQUIRE(played.problems.size() == 1);
  CHECK(played.problems[0] == "psql ended with exit code 3");
}

TEST_CASE("a wait that never comes ends the script with its line", "[cli][player]") {
  Bench bench;
  bench.options().wait_max = std::chrono::milliseconds(50);
  EventSource events;
  events.cursor = [] { return 0U; };
  events.find = [](Awaited, const std::string&, std::uint64_t) { return std::nullopt; };
  const auto played = bench.play("one\n-- @wait ended app_writer\ntwo\n", events);
  CHECK_FALSE(played.ok);
  REQUIRE(played.problems.size() == 1);
  CHECK(played.problems[0].starts_with("line 2: `ended app_writer` did not come"));
  CHECK(bench.out().find("two") == std::string::npos);
}

TEST_CASE("each wait asks behind the event that answered the one before", "[cli][player]") {
  Bench bench;
  std::vector<std::uint64_t> asked;
  EventSource events;
  events.cursor = [] { return 5U; };
  events.find = [&](Awaited, const std::string&, std::uint64_t since) {
    asked.push_back(since);
    return std::optional(since + 2);
  };
  CHECK(bench.play("one\n-- @wait ended a\n-- @wait ended a\n-- @wait ended b\n", events).ok);
  CHECK(asked == std::vector<std::uint64_t>{5, 7, 5});
}

TEST_CASE("a psql that is not there is named with what to install", "[cli][player]") {
  Bench bench;
  bench.options().psql = "/nowhere/psql";
  CHECK_THROWS_AS(bench.play("one\n"), Failure);
}
