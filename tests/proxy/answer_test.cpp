#include "proxy/answer.hpp"

#include "tests/catch.hpp"

using namespace ride::proxy;

namespace {

Limits small() {
  Limits limits;
  limits.kept_rows_bytes_max = 20;
  limits.kept_copy_bytes_max = 4;
  return limits;
}

}  // namespace

TEST_CASE("rows are kept up to the limit, and none behind one that was left out", "[proxy]") {
  const auto limits = small();
  Answer answer(limits);
  answer.touch(1, 0, 7);
  answer.add_row("12345678", 8);
  answer.add_row("123456789", 9);
  answer.add_row("1", 1);
  CHECK(answer.rows.size() == 12);
  CHECK(answer.omitted_rows == 2);
  CHECK(answer.omitted_bytes == 10);
}

TEST_CASE("a row that the framer cut is left out", "[proxy]") {
  const auto limits = small();
  Answer answer(limits);
  answer.touch(1, 0, 7);
  answer.add_row("123", 5000);
  CHECK(answer.rows.empty());
  CHECK(answer.omitted_bytes == 5000);
}

TEST_CASE("another statement begins anew, the same one goes on", "[proxy]") {
  const auto limits = small();
  Answer answer(limits);
  answer.touch(1, 0, 7);
  answer.add_copy_data("123456", 6);
  answer.touch(1, 0, 8);
  CHECK(answer.first_byte_us == 7);
  CHECK(answer.copy_data == "1234");
  CHECK(answer.omitted_bytes == 2);
  answer.touch(1, 1, 9);
  CHECK(answer.first_byte_us == 9);
  CHECK(answer.copy_data.empty());
  CHECK(answer.omitted_bytes == 0);
}

TEST_CASE("notices are kept up to the limit, and none behind one that was left out", "[proxy]") {
  auto limits = small();
  limits.kept_notice_bytes_max = 20;
  Answer answer(limits);
  answer.touch(1, 0, 7);
  answer.add_notice("12345678");
  CHECK(answer.takes_notices());
  answer.add_notice("123456789");
  CHECK_FALSE(answer.takes_notices());
  CHECK(answer.notices.size() == 12);
  CHECK(answer.omitted_notices == 1);
  CHECK(answer.omitted_bytes == 9);
}

TEST_CASE("a call's result is kept whole or not at all", "[proxy]") {
  const auto limits = small();
  Answer answer(limits);
  answer.touch(1, 0, 7);
  answer.set_result("12345", 5);
  CHECK(answer.result == "12345");
  answer.touch(2, 0, 8);
  answer.set_result("12345", 5000);
  CHECK(answer.result.empty());
  CHECK(answer.omitted_bytes == 5000);
}
