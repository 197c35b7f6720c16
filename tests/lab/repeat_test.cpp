// Ten starts of one script give one verdict.
#include <algorithm>
#include <filesystem>
#include <set>

#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"

using namespace ride::lab;
namespace fs = std::filesystem;

namespace {

constexpr int starts = 10;

void check_one_verdict(const fs::path& script) {
  std::set<std::string> verdicts;
  for (int start = 0; start < starts; ++start) {
    Lab lab;
    lab.start();
    lab.play(script);
    lab.submit();
    verdicts.insert(lab.verdict());
  }
  std::string all;
  for (const auto& verdict : verdicts) all += verdict + "\n";
  INFO(script << "\n" << all);
  CHECK(verdicts.size() == 1);
}

// Every fifth trap script, from this one on: five tests, so that several processors share the work.
void check_traps(std::size_t from) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(Lab::scenario_folder() / "traps"))
    found.push_back(fs::path("traps") / entry.path().filename());
  std::sort(found.begin(), found.end());
  REQUIRE(found.size() > from);
  for (std::size_t at = from; at < found.size(); at += 5) check_one_verdict(found[at]);
}

}  // namespace

TEST_CASE("ten starts of the page's solution give one verdict", "[lab][postgres]") {
  check_one_verdict("solutions/page.sql");
}

TEST_CASE("ten starts of a trap script give one verdict, part 1 of 5", "[lab][postgres]") {
  check_traps(0);
}

TEST_CASE("ten starts of a trap script give one verdict, part 2 of 5", "[lab][postgres]") {
  check_traps(1);
}

TEST_CASE("ten starts of a trap script give one verdict, part 3 of 5", "[lab][postgres]") {
  check_traps(2);
}

TEST_CASE("ten starts of a trap script give one verdict, part 4 of 5", "[lab][postgres]") {
  check_traps(3);
}

TEST_CASE("ten starts of a trap script give one verdict, part 5 of 5", "[lab][postgres]") {
  check_traps(4);
}
