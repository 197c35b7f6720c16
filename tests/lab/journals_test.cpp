// Files of every format that ride ever made, as they were made: each still opens, is graded, told
// and verified.
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/json.hpp"
#include "journal/reader.hpp"
#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"
#include "tests/lab/proxy_process.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace ride::lab;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

struct Stored {
  std::string name;
  std::size_t events = 0;
  std::vector<int> totals;  // of attempt 1, 2 …

  int format() const { return std::stoi(name); }
};

std::vector<Stored> stored() {
  std::ifstream in(RIDE_JOURNALS "/EXPECTED");
  std::vector<Stored> out;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#")) continue;
    std::istringstream words(line);
    Stored one;
    words >> one.name >> one.events;
    for (int total = 0; words >> total;) one.totals.push_back(total);
    out.push_back(one);
  }
  return out;
}

// A copy, so that nothing can change what is kept.
fs::path copy_of(const Stored& one, const ride::test::TemporaryDirectory& folder) {
  const auto copy = folder.path() / one.name;
  fs::copy_file(fs::path(RIDE_JOURNALS) / one.name, copy);
  return copy;
}

}  // namespace

TEST_CASE("every file that is kept says in EXPECTED what it must say", "[lab][journals]") {
  std::set<std::string> listed;
  for (const auto& one : stored()) listed.insert(one.name);
  std::set<std::string> there;
  for (const auto& entry : fs::directory_iterator(RIDE_JOURNALS))
    if (entry.path().extension() == ".ride") there.insert(entry.path().filename());
  CHECK_FALSE(there.empty());
  CHECK(listed == there);
}

TEST_CASE("a file of an older format opens, and is graded, told and verified as it was",
          "[lab][journals]") {
  for (const auto& one : stored()) {
    INFO(one.name);
    const ride::test::TemporaryDirectory folder;
    const auto file = copy_of(one, folder);
    {
      ride::journal::Reader reader(file);
      CHECK(reader.database().integer("PRAGMA user_version") == one.format());
      CHECK(reader.all().size() == one.events);
      CHECK(reader.attempts().size() == one.totals.size());
    }
    for (std::size_t i = 0; i < one.totals.size(); ++i) {
      const auto card = run_ride(
          {"score", file.string(), "--verdict", "--json", "--attempt", std::to_string(i + 1)});
      INFO(card.err);
      REQUIRE(card.exit_code == 0);
      CHECK(json::parse(card.out).at("total").to_number<int>() == one.totals[i]);
    }
    const auto told = run_ride({"replay", file.string(), "--json"});
    CHECK(told.exit_code == 0);
    CHECK(told.err.empty());
    CHECK_FALSE(told.out.empty());
    const auto verified = run_ride({"audit", "verify", file.string()});
    INFO(verified.out << verified.err);
    CHECK(verified.exit_code == 0);
    CHECK((verified.out.find("format 1 has no chain") != std::string::npos) == (one.format() < 2));
  }
}
