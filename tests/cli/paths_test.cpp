#include "cli/paths.hpp"

#include <filesystem>
#include <fstream>

#include "cli/failure.hpp"
#include "tests/catch.hpp"
#include "tests/cli/temporary_home.hpp"

using namespace ride::cli;
namespace fs = std::filesystem;

namespace {

fs::path make_scenario(const fs::path& root, const std::string& id) {
  fs::create_directories(root / id);
  std::ofstream(root / id / "scenario.yaml") << "format: 1\n";
  return root / id;
}

}  // namespace

TEST_CASE("an unknown scenario is refused with the nearest name", "[cli][paths]") {
  const TemporaryHome temporary;
  const auto root = temporary.home().root / "scenarios";
  make_scenario(root, "stage-01/01-other");
  make_scenario(root, "stage-12/02-release-fallout");
  try {
    find_scenario("stage-12/02-relase-fallout", {root});
    FAIL("found");
  } catch (const Failure& failure) {
    CHECK(std::string(failure.what()).find("\"stage-12/02-release-fallout\"") != std::string::npos);
  }
}

TEST_CASE("a scenario is found in the first root that has it", "[cli][paths]") {
  const TemporaryHome temporary;
  const auto first = temporary.home().root / "first";
  const auto second = temporary.home().root / "second";
  make_scenario(second, "a/b");
  CHECK(find_scenario("a/b", {first, second}) == second / "a/b");
  make_scenario(first, "a/b");
  CHECK(find_scenario("a/b", {first, second}) == first / "a/b");
}

TEST_CASE("an id cannot leave the folder of scenarios", "[cli][paths]") {
  const TemporaryHome temporary;
  const auto root = temporary.home().root / "scenarios";
  make_scenario(temporary.home().root, "outside");
  make_scenario(root, "a/b");
  CHECK_THROWS_AS(find_scenario("../outside", {root}), Failure);
  CHECK_THROWS_AS(find_scenario((temporary.home().root / "outside").string(), {root}), Failure);
}

TEST_CASE("a state folder that cannot be made is refused with what to do", "[cli][paths]") {
  const TemporaryHome temporary;
  const auto file = temporary.home().root / "file";
  std::ofstream(file) << "x";
  try {
    create_home(Home{file / "ride"});
    FAIL("made");
  } catch (const Failure& failure) {
    CHECK(std::string(failure.what()).find("RIDE_HOME") != std::string::npos);
  }
}

TEST_CASE("a new run's name is taken by no file", "[cli][paths]") {
  const TemporaryHome temporary;
  const auto attempts = temporary.home().attempts();
  const auto first = new_run_name("stage-12/02-release-fallout", attempts);
  CHECK(first.starts_with("02-release-fallout-"));
  std::ofstream(attempts / (first + ".ride")) << "x";
  CHECK_FALSE(
      fs::exists(attempts / (new_run_name("stage-12/02-release-fallout", attempts) + ".ride")));
}
