// The life of a run: what the commands say meanwhile, and the second attempt.
#include <filesystem>

#include "base/json.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "tests/catch.hpp"
#include "tests/lab/engine.hpp"
#include "tests/lab/lab.hpp"
#include "tests/lab/program.hpp"

using namespace ride::lab;
using ride::journal::Field;
using ride::journal::Kind;
namespace fs = std::filesystem;
namespace json = boost::json;

TEST_CASE("status shows the symptoms and never the cause", "[lab][postgres]") {
  Lab lab;
  lab.start();
  const std::string status = lab.must({"postgres", "status"});
  CHECK(status.find("unhealthy") != std::string::npos);
  CHECK(status.find(lab.dsn()) != std::string::npos);
  CHECK(status.find("migration_runner") == std::string::npos);
}

TEST_CASE("the fix turns the probes healthy", "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  lab.play("partial/fix-only.sql");
  const auto status = json::parse(lab.must({"postgres", "status", "--json"})).as_object();
  CHECK(status.at("requests").to_number<int>() >= 5);
  for (const auto& value : status.at("probes").as_array()) {
    INFO(json::serialize(value));
    CHECK(value.as_object().at("state").as_string() == "healthy");
  }
}

TEST_CASE("hints come one by one, and are on the card", "[lab][postgres]") {
  Lab lab;
  lab.start();
  const auto first = lab.must({"postgres", "hint"});
  const auto second = lab.must({"postgres", "hint"});
  CHECK(first.starts_with("Hint 1 of 3\n"));
  CHECK(second.starts_with("Hint 2 of 3\n"));
  lab.submit();
  CHECK(json::parse(lab.verdict()).as_object().at("hints").to_number<int>() == 2);
}

TEST_CASE("the log is shown without ride's own lines, and that is recorded",
          "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  lab.psql("SELECT 1/0;\n");
  const auto shown = lab.must({"postgres", "log"});
  CHECK(shown.find("division by zero") != std::string::npos);
  CHECK(shown.find("ride: ") == std::string::npos);
  lab.stop();
  ride::journal::Reader reader(lab.file());
  ride::journal::EventFilter filter;
  filter.kinds = {Kind::log_shown};
  CHECK(reader.all(filter).size() == 1);
}

TEST_CASE("the postmortem waits for a submit", "[lab][postgres]") {
  Lab lab;
  lab.start();
  CHECK(lab.ride({"postgres", "postmortem"}).exit_code == 1);
  CHECK(lab.ride({"postgres", "postmortem", "--spoil"}).exit_code == 0);
}

TEST_CASE("reset begins another attempt in the same file, behind the same connection string",
          "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  lab.play("partial/fix-only.sql");
  lab.submit();
  const auto first = lab.verdict();
  const auto again = json::parse(lab.must({"postgres", "reset", "--json"})).as_object();
  CHECK(again.at("attempt").to_number<int>() == 2);
  CHECK(again.at("dsn").as_string() == lab.dsn());
  CHECK(again.at("file").as_string() == lab.file().string());
  CHECK(lab.psql("SELECT count(*) FROM orders WHERE release_id IS NULL;\n", {"-At"}).out ==
        "241\n");
  lab.psql_file("solutions/page.sql");
  lab.submit();
  CHECK(lab.card().total == 100);
  lab.stop();
  CHECK(lab.must({"score", lab.file().string(), "--attempt", "1", "--verdict", "--json"}) == first);
}

TEST_CASE("a play with two sessions sees one wait while the other works",
          "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  const auto out = lab.play_text(
      "-- @session waiter\n"
      "UPDATE orders SET status = status WHERE id = 1;\n"
      "-- @wait waiting waiter\n"
      "-- @session killer\n"
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity\n"
      "WHERE application_name LIKE 'migration_runner%';\n"
      "-- @wait ended migration_runner\n"
      "-- @wait done waiter\n"
      "SELECT 'last';\n");
  INFO(out);
  CHECK(out.find("[waiter] UPDATE 1") != std::string::npos);
  CHECK(out.find("[waiter] UPDATE 1") < out.find("[killer]  last"));
}

TEST_CASE("after stop nothing of the sandbox is left", "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  const fs::path folder = lab.run_value("private_folder");
  const auto container = lab.run_value("container");
  REQUIRE(fs::exists(folder));
  REQUIRE(container.empty() != in_containers());
  lab.stop();
  if (in_containers()) CHECK_FALSE(container_exists(container));
  CHECK_FALSE(fs::exists(folder));
  CHECK(processes_with(folder.string()).empty());
  CHECK(processes_with("RIDE_HOME=" + lab.home().string()).empty());
  for (const auto& entry : fs::directory_iterator(lab.home() / "attempts"))
    CHECK(entry.path() == lab.file());  // no ring, lock or log of SQLite's beside it
  CHECK(lab.must({"postgres", "status"}).starts_with("no run"));
}
