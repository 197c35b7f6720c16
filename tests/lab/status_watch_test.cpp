// The dashboard, watched: on a terminal, in a pipe, and to its end.
#include <fstream>
#include <sstream>
#include <thread>

#include "base/json.hpp"
#include "scorer/text.hpp"
#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/terminal_program.hpp"

using namespace ride::lab;
using ride::test::TerminalProgram;
namespace json = boost::json;

namespace {

TerminalProgram watch(const Lab& lab, std::size_t columns) {
  return TerminalProgram({"/usr/bin/env", "RIDE_HOME=" + lab.home().string(), RIDE_PROGRAM,
                          "postgres", "status", "--watch"},
                         20, columns);
}

std::string row_with(const TerminalProgram& program, const std::string& start) {
  for (const auto& row : program.screen().rows())
    if (row.starts_with(start)) return row;
  return "no row begins with " + start;
}

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in(file);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) out.push_back(line);
  return out;
}

}  // namespace

TEST_CASE("status shows how the application is served", "[lab][postgres]") {
  Lab lab;
  lab.start();
  const auto status = json::parse(lab.must({"postgres", "status", "--json"})).as_object();
  const auto& service = status.at("service").as_object();
  CHECK(service.at("sessions").to_number<int>() == service.at("sessions_wanted").to_number<int>());
  CHECK(service.at("blocked").to_number<int>() >= 1);
  CHECK(service.at("slots_max").to_number<int>() == 55);
  CHECK(lab.must({"postgres", "status"}).find("wait for a lock") != std::string::npos);
}

TEST_CASE("a watch is drawn in place at 40 columns, and ends with q, Ctrl-C, and the run",
          "[lab][postgres]") {
  Lab lab;
  lab.start();
  {
    auto program = watch(lab, 40);
    REQUIRE(program.until("q ends"));
    CHECK(program.until("blocked     1 wait for a lock"));
    REQUIRE(program.until("unhealthy"));
    for (const auto& row : program.screen().rows()) CHECK(ride::scorer::display_width(row) <= 40);
    // Once more over the same place: the wait has grown, and a heading is there once.
    REQUIRE(program.until_gone(row_with(program, "p95")));
    REQUIRE(program.until("q ends"));
    std::size_t headings = 0;
    for (const auto& row : program.screen().rows()) headings += row.starts_with("Release") ? 1 : 0;
    CHECK(headings == 1);
    CHECK(program.screen().unknown().empty());
    program.type("q");
    CHECK(program.wait() == 0);
  }
  {
    auto program = watch(lab, 80);
    REQUIRE(program.until("q ends"));
    program.type("\x03");
    CHECK(program.wait() == 0);
  }
  auto program = watch(lab, 80);
  REQUIRE(program.until("q ends"));
  lab.stop();
  CHECK(program.until("the run has ended"));
  CHECK(program.wait() == 0);
}

TEST_CASE("in a pipe a watch is a line for each change, to the end of the run", "[lab][postgres]") {
  Lab lab;
  lab.start();
  const auto file = lab.write("watched", "");
  Outcome outcome;
  std::thread watcher([&] {
    outcome = run_program(
        {"/bin/sh", "-c", std::string(RIDE_PROGRAM) + " postgres status --watch --json > " + file},
        {"RIDE_HOME=" + lab.home().string()});
  });
  CHECK(ride::test::eventually([&] { return lines_of(file).size() >= 2; }));
  lab.stop();
  watcher.join();
  CHECK(outcome.exit_code == 0);
  const auto lines = lines_of(file);
  REQUIRE(lines.size() >= 3);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto moment = json::parse(lines[i]).as_object();
    CHECK(moment.contains(i + 1 < lines.size() ? "service" : "ended"));
    if (i > 0) CHECK(lines[i] != lines[i - 1]);
  }
}

TEST_CASE("there is nothing to watch without a run", "[lab]") {
  const Lab lab;
  const auto outcome = lab.ride({"postgres", "status", "--watch"});
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err.find("there is no run to watch") != std::string::npos);
}
