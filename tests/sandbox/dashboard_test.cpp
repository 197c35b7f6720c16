#include "sandbox/dashboard.hpp"

#include "tests/catch.hpp"

using namespace ride::sandbox;

TEST_CASE("a dashboard adds up what its application's actors say", "[sandbox][dashboard]") {
  ServiceReading web;
  web.sessions_wanted = 4;
  web.pids = {10, 11};
  web.errors = {{"53300", 3}};
  web.errors_lately = 20;
  web.operations_lately = 5;
  web.statements_us_lately = {100, 200};
  ServiceReading jobs;
  jobs.sessions_wanted = 1;
  jobs.pids = {12};
  jobs.errors = {{"40P01", 1}, {"53300", 1}};
  jobs.statements_us_lately = {900};
  const auto board = make_dashboard({web, jobs}, {{11, {12}}, {99, {12}}}, {7, 55});
  CHECK(board.sessions == 3);
  CHECK(board.sessions_wanted == 5);
  CHECK(board.blocked == 1);  // 99 is nobody of the application
  CHECK(board.errors == std::map<std::string, std::uint64_t>{{"40P01", 1}, {"53300", 4}});
  CHECK(board.errors_per_second == 2.0);
  CHECK(board.operations_per_second == 0.5);
  CHECK(board.p95_us == 900);
  CHECK(board.slots.used == 7);
}

TEST_CASE("without actors there is no p95", "[sandbox][dashboard]") {
  CHECK_FALSE(make_dashboard({}, {}, {}).p95_us);
}
