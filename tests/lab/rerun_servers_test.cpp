// A scenario with a standby, as a person has it: two connection strings, one record. What was sent
// to either is carried out again there, and a kill -9 leaves neither server behind.
#include <filesystem>
#include <fstream>

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"
#include "tests/support/eventually.hpp"

using namespace ride::lab;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr const char* two_servers = "stage-04/04-standby-query-conflict";

json::object start(const Lab& lab) {
  return json::parse(lab.must({"postgres", "start", two_servers, "--sandbox", "local", "--json"}))
      .as_object();
}

std::string text(const json::object& object, const char* key) {
  return std::string(object.at(key).as_string());
}

// Private folders of this lab's runs.
std::vector<fs::path> folders_of(const Lab& lab) {
  std::vector<fs::path> out;
  for (const auto* place : {"/tmp", "/dev/shm"})
    for (const auto& entry : fs::directory_iterator(place)) {
      std::string home;
      if (entry.path().filename().string().starts_with("ride-") &&
          std::getline(std::ifstream(entry.path() / "owner"), home) && home == lab.home().string())
        out.push_back(entry.path());
    }
  return out;
}

int processes_in(const fs::path& folder) {
  int count = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored))
    count += fs::read_symlink(entry.path() / "cwd", ignored) == folder / "data" ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("what is sent to a standby is recorded, graded and carried out again there",
          "[lab][postgres]") {
  Lab lab;
  const auto run = start(lab);
  const auto& servers = run.at("servers").as_array();
  REQUIRE(servers.size() == 1);
  CHECK(text(servers.at(0).as_object(), "name") == "standby");
  CHECK(text(servers.at(0).as_object(), "dsn") != text(run, "dsn"));
  const auto scenario = fs::path(RIDE_SOURCE_SCENARIOS) / two_servers;
  lab.must({"scenario", "play", (scenario / "solutions/conflicts.sql").string()});
  CHECK(lab.must({"postgres", "psql", "--server", "standby", "-XAtc",
                  "SELECT pg_is_in_recovery()"}) == "t\n");
  CHECK(lab.must({"postgres", "psql", "-XAtc", "SELECT pg_is_in_recovery()"}) == "f\n");
  CHECK(lab.ride({"postgres", "psql", "--server", "other"}).err.find("there is standby") !=
        std::string::npos);
  CHECK(lab.must({"postgres", "status"}).find("standby   postgresql://") != std::string::npos);
  lab.must({"postgres", "submit"});
  const auto file = text(run, "file");
  const auto card = json::parse(lab.must({"score", file, "--json"})).as_object();
  CHECK(card.at("total").to_number<int>() == 100);
  CHECK(lab.must({"postgres", "log"}).find(" standby[") != std::string::npos);
  lab.must({"postgres", "stop"});
  CHECK(folders_of(lab).empty());

  const auto again = json::parse(lab.must({"replay", file, "--run", "--json"})).as_object();
  INFO(json::serialize(again));
  CHECK(again.at("verdict").as_object().at("same").as_bool());
}

TEST_CASE("a killed run leaves no standby behind", "[lab][postgres]") {
  Lab lab;
  const auto run = start(lab);
  const auto folders = folders_of(lab);
  REQUIRE(folders.size() == 2);
  for (const auto& folder : folders) CHECK(processes_in(folder) > 0);
  lab.kill_supervisor();
  for (const auto& folder : folders)
    CHECK(ride::test::eventually([&] { return processes_in(folder) == 0; }));
  lab.ride({"postgres", "status"});  // settles it
  CHECK(folders_of(lab).empty());

  // The next attempt has the same connection strings.
  const auto next = json::parse(lab.must({"postgres", "reset", "--json"})).as_object();
  CHECK(next.at("servers") == run.at("servers"));
  CHECK(next.at("dsn") == run.at("dsn"));
  lab.must({"postgres", "stop"});
  CHECK(folders_of(lab).empty());
}
