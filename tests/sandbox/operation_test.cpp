#include "sandbox/operation.hpp"

#include "tests/catch.hpp"

using namespace ride::sandbox;

namespace {

std::vector<std::string> texts(const std::vector<OperationStep>& steps) {
  std::vector<std::string> out;
  for (const auto& step : steps)
    out.push_back(step.sql + (step.parameters.empty() ? "" : " <- " + step.parameters.at(0)) +
                  (step.rows_wanted ? " *" : ""));
  return out;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("$1 takes its values in turn, and is given to the statements that have it",
          "[sandbox][operation]") {
  const Operation operation{{"SELECT $1", "SELECT 2"}, false, "", ValueRange{5, 6}};
  CHECK(texts(steps_of(operation, 0)) == Texts{"SELECT $1 <- 5", "SELECT 2"});
  CHECK(texts(steps_of(operation, 1)) == Texts{"SELECT $1 <- 6", "SELECT 2"});
  CHECK(texts(steps_of(operation, 2)) == Texts{"SELECT $1 <- 5", "SELECT 2"});
}

TEST_CASE("a transaction stands between BEGIN and COMMIT", "[sandbox][operation]") {
  CHECK(texts(steps_of({{"SELECT 1", "SELECT 2"}, true, "", {}}, 0)) ==
        Texts{"BEGIN", "SELECT 1", "SELECT 2", "COMMIT"});
}

TEST_CASE("rows are wanted of the last statement, not of COMMIT", "[sandbox][operation]") {
  CHECK(texts(steps_of({{"SELECT 1", "SELECT 2"}, true, "SELECT $1", {}}, 0)) ==
        Texts{"BEGIN", "SELECT 1", "SELECT 2 *", "COMMIT"});
}

TEST_CASE("a pause doubles up to its maximum, however often", "[sandbox][operation]") {
  const Backoff backoff{50, 300};
  CHECK(pause_ms(backoff, 1) == 50);
  CHECK(pause_ms(backoff, 2) == 100);
  CHECK(pause_ms(backoff, 3) == 200);
  CHECK(pause_ms(backoff, 4) == 300);
  CHECK(pause_ms(backoff, 2'000'000'000) == 300);
  CHECK(pause_ms({}, 3) == 0);
}

TEST_CASE("what is tried again, and how often", "[sandbox][operation]") {
  CHECK(is_retried({}, "40P01", 1'000'000));
  CHECK_FALSE(is_retried({}, "55P03", 1));
  const Retry twice{{"55P03"}, 2, {1, 1}};
  CHECK(is_retried(twice, "55P03", 2));
  CHECK_FALSE(is_retried(twice, "55P03", 3));
  CHECK_FALSE(is_retried(twice, "40P01", 1));
}
