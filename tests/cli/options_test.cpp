#include "cli/options.hpp"

#include <sstream>
#include <vector>

#include "tests/catch.hpp"

using namespace ride::cli;

namespace {

struct Result {
  Parsed parsed;
  std::string out;
  std::string err;
};

Result parse_words(std::vector<const char*> words) {
  words.insert(words.begin(), "ride");
  std::ostringstream out;
  std::ostringstream err;
  Parsed parsed = parse(static_cast<int>(words.size()), words.data(), out, err);
  return {std::move(parsed), out.str(), err.str()};
}

}  // namespace

TEST_CASE("start takes its options", "[cli][options]") {
  const auto result = parse_words({"postgres", "start", "stage-12/02-release-fallout", "--port",
                                   "5499", "--sandbox", "local", "--learner", "ada", "--json"});
  REQUIRE(result.parsed.command);
  const auto& start = std::get<Start>(*result.parsed.command);
  CHECK(start.scenario == "stage-12/02-release-fallout");
  CHECK(start.port == 5499);
  CHECK(start.sandbox == "local");
  CHECK(start.learner == "ada");
  CHECK(start.json);
  CHECK_FALSE(start.foreground);
  CHECK(start.postgres.empty());
  CHECK_FALSE(start.offline);
}

TEST_CASE("start takes a PostgreSQL by version or image, and can be kept off the network",
          "[cli][options]") {
  const auto result =
      parse_words({"postgres", "start", "x", "--postgres", "postgres:16", "--offline"});
  REQUIRE(result.parsed.command);
  const auto& start = std::get<Start>(*result.parsed.command);
  CHECK(start.postgres == "postgres:16");
  CHECK(start.offline);
}

TEST_CASE("status is brief or watched, not both", "[cli][options]") {
  const auto watched = parse_words({"postgres", "status", "--watch", "--json"});
  REQUIRE(watched.parsed.command);
  CHECK(std::get<Status>(*watched.parsed.command).watch);
  CHECK(parse_words({"postgres", "status", "--watch", "--brief"}).parsed.exit_code == 2);
}

TEST_CASE("what comes behind psql is psql's", "[cli][options]") {
  const auto result = parse_words({"postgres", "psql", "-c", "select 1"});
  REQUIRE(result.parsed.command);
  CHECK(std::get<Psql>(*result.parsed.command).arguments ==
        std::vector<std::string>{"-c", "select 1"});
}

TEST_CASE("score takes an attempt and the verdict alone", "[cli][options]") {
  const auto result = parse_words({"score", "a.ride", "--verdict", "--attempt", "2"});
  REQUIRE(result.parsed.command);
  const auto& score = std::get<Score>(*result.parsed.command);
  CHECK(score.file == "a.ride");
  CHECK(score.verdict);
  CHECK(score.attempt == 2U);
}

TEST_CASE("bad usage is one line on standard error and exit code 2", "[cli][options]") {
  const auto words = GENERATE(
      std::vector<const char*>{}, std::vector<const char*>{"postgres"},
      std::vector<const char*>{"postgres", "begin"}, std::vector<const char*>{"postgres", "start"},
      std::vector<const char*>{"postgres", "start", "x", "--sandbox", "moon"},
      std::vector<const char*>{"postgres", "start", "x", "--port", "99999"},
      std::vector<const char*>{"score"}, std::vector<const char*>{"score", "f", "--attempt", "x"},
      std::vector<const char*>{"replay", "f", "--run", "--html", "out.html"},
      std::vector<const char*>{"replay", "f", "--fork", "3", "--txt"});
  const auto result = parse_words(words);
  CHECK_FALSE(result.parsed.command);
  CHECK(result.parsed.exit_code == 2);
  CHECK(result.out.empty());
  CHECK(result.err.starts_with("ride: "));
  CHECK(result.err.find('\n') == result.err.size() - 1);
}

TEST_CASE("help and version go to standard output and are no failure", "[cli][options]") {
  const auto* word = GENERATE("--help", "--version");
  const auto result = parse_words({word});
  CHECK_FALSE(result.parsed.command);
  CHECK(result.parsed.exit_code == 0);
  CHECK_FALSE(result.out.empty());
  CHECK(result.err.empty());
}
