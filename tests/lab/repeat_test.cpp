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

std::vector<fs::path> traps(int half) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(Lab::scenario_folder() / "traps"))
    found.push_back(fs::path("traps") / entry.path().filename());
  std::sort(found.begin(), found.end());
  const auto middle = found.begin() + static_cast<std::ptrdiff_t>(found.size() / 2);
  return half == 0 ? std::vector<fs::path>(found.begin(), middle)
                   : std::vector<fs::path>(middle, found.end());
}

}  // namespace

TEST_CASE("ten starts of the page's solution give one verdict", "[lab][postgres]") {
  check_one_verdict("solutions/page.sql");
}

TEST_CASE("ten starts of each trap script give one verdict, first half", "[lab][postgres]") {
  for (const auto& script : traps(0)) check_one_verdict(script);
}

TEST_CASE("ten starts of each trap script give one verdict, second half", "[lab][postgres]") {
  for (const auto& script : traps(1)) check_one_verdict(script);
}
