#include "cli/dashboard.hpp"

#include "base/json.hpp"
#include "scorer/text.hpp"
#include "tests/catch.hpp"

using namespace ride;
using Lines = std::vector<std::string>;

namespace {

sandbox::Dashboard busy() {
  sandbox::Dashboard board;
  board.sessions = 12;
  board.sessions_wanted = 20;
  board.blocked = 6;
  board.operations_per_second = 3.25;
  board.errors_per_second = 4;
  board.errors = {{"", 1}, {"40P01", 2}, {"53300", 40}, {"55P03", 7}};
  board.p95_us = 1'240'000;
  board.slots = {14, 55};
  return board;
}

}  // namespace

TEST_CASE("a dashboard's lines fit into 40 columns, the most frequent errors first",
          "[cli][dashboard]") {
  const auto lines = cli::service_lines(cli::to_json(busy()));
  CHECK(lines == Lines{"sessions    12 of 20 that it wants", "blocked     6 wait for a lock",
                       "work        3.2/s", "errors      4.0/s  53300 ×40, 55P03 ×7, 40P01 ×2, …",
                       "p95         1.2 s", "slots       14 of 55"});
  for (const auto& line : cli::service_lines(cli::to_json({})))
    CHECK(scorer::display_width(line) < 40);
}

TEST_CASE("a dashboard without statements has no p95, in JSON null", "[cli][dashboard]") {
  const auto service = cli::to_json({});
  CHECK(service.at("p95_ms").is_null());
  CHECK(cli::service_lines(service).at(4) == "p95         -");
}

TEST_CASE("one line says what the picture says, and nothing that moves the cursor",
          "[cli][dashboard]") {
  boost::json::object status{{"phase", "open"}, {"service", cli::to_json(busy())}};
  status["probes"] = boost::json::array{boost::json::object{
      {"id", "waiting"}, {"title", "t"}, {"value", "6\n\x1b[2J"}, {"state", "unhealthy"}}};
  CHECK(cli::one_line(status) ==
        "open  sessions 12/20  blocked 6  work 3.2/s  errors 4.0/s (53300 ×40, 55P03 ×7, 40P01 ×2, "
        "…)  p95 1.2 s  slots 14/55  waiting unhealthy (6\\n^[[2J)");
}
