#include "protocol/answers.hpp"

#include "tests/catch.hpp"

using namespace ride::protocol;

TEST_CASE("nothing leads on from what is done or never answered", "[protocol][answers]") {
  for (int answer = 0; answer <= static_cast<int>(Answer::ready); ++answer) {
    for (int step = 0; step <= static_cast<int>(Step::done); ++step) {
      CHECK_FALSE(next(Item::copy_end, static_cast<Step>(step), static_cast<Answer>(answer)));
      CHECK_FALSE(next(Item::copy_data, static_cast<Step>(step), static_cast<Answer>(answer)));
    }
    CHECK_FALSE(next(Item::query, Step::done, static_cast<Answer>(answer)));
    CHECK_FALSE(next(Item::execute, Step::done, static_cast<Answer>(answer)));
  }
}

TEST_CASE("a query is ready only behind an ended statement", "[protocol][answers]") {
  CHECK_FALSE(next(Item::query, Step::untouched, Answer::ready));
  CHECK_FALSE(next(Item::query, Step::results, Answer::ready));
  CHECK(next(Item::query, Step::between, Answer::ready) == Step::done);
  CHECK(next(Item::query, Step::closing, Answer::ready) == Step::done);
  CHECK_FALSE(next(Item::query, Step::closing, Answer::error));
}

TEST_CASE("behind a call's result comes what the commit says", "[protocol][answers]") {
  CHECK(next(Item::function_call, Step::untouched, Answer::function_result) == Step::between);
  CHECK(next(Item::function_call, Step::between, Answer::error) == Step::closing);
  CHECK(next(Item::function_call, Step::between, Answer::ready) == Step::done);
  CHECK_FALSE(next(Item::function_call, Step::between, Answer::function_result));
  CHECK_FALSE(next(Item::function_call, Step::closing, Answer::error));
  CHECK_FALSE(next(Item::sync, Step::closing, Answer::error));
}

TEST_CASE("describe of a statement gives its parameters first", "[protocol][answers]") {
  CHECK_FALSE(next(Item::describe_statement, Step::untouched, Answer::row_description));
  CHECK(next(Item::describe_statement, Step::untouched, Answer::parameter_description) ==
        Step::results);
  CHECK(next(Item::describe_statement, Step::results, Answer::no_data) == Step::done);
  CHECK(next(Item::describe_portal, Step::untouched, Answer::row_description) == Step::done);
  CHECK_FALSE(next(Item::describe_portal, Step::untouched, Answer::parameter_description));
}

TEST_CASE("every answer has its message type, and other types are none", "[protocol][answers]") {
  CHECK(to_answer('Z') == Answer::ready);
  CHECK(to_answer('W') == Answer::copy_both);
  for (const char tag : {'N', 'S', 'A', 'R', 'K', 'v', '\0', 'x'}) CHECK_FALSE(to_answer(tag));
}

TEST_CASE("errors skip to Sync in the extended protocol alone", "[protocol][answers]") {
  CHECK(error_skips_to_sync(Item::parse));
  CHECK(error_skips_to_sync(Item::execute));
  CHECK(error_skips_to_sync(Item::bad_flush));
  CHECK_FALSE(error_skips_to_sync(Item::query));
  CHECK_FALSE(error_skips_to_sync(Item::function_call));
  CHECK_FALSE(error_skips_to_sync(Item::sync));
}

TEST_CASE("only a Query goes on with a result behind COPY data", "[protocol][answers]") {
  for (const auto step : {Step::copy_out, Step::copy_both}) {
    CHECK(next(Item::query, step, Answer::row_description) == Step::results);
    CHECK_FALSE(next(Item::execute, step, Answer::row_description));
  }
  CHECK_FALSE(next(Item::query, Step::copy_in, Answer::row_description));
}
