// The whole loop on real components: start, psql, submit, and the same card from the file.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/engine.hpp"
#include "tests/lab/lab.hpp"

using namespace ride::lab;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

// What a script's author says behind "-- @springs" or "-- @expect".
std::string expectation(const fs::path& script, const std::string& word) {
  std::ifstream in(script);
  const std::string marker = "-- @" + word + " ";
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(marker)) return line.substr(marker.size());
  return {};
}

std::vector<fs::path> scripts(const char* folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(Lab::scenario_folder() / folder))
    found.push_back(fs::path(folder) / entry.path().filename());
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

TEST_CASE("the page's solution scores 100, and the file alone says so with the same bytes",
          "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  const auto typed = lab.psql_file("solutions/page.sql");
  CHECK(typed.err.empty());
  const std::string submitted = lab.submit();
  INFO(submitted);
  const Card card = lab.card();
  CHECK(card.total == 100);
  CHECK(card.failed.empty());
  CHECK(card.sprung.empty());
  CHECK(lab.submit() == submitted);
  CHECK(lab.must({"score", lab.file().string()}) == submitted);
  const auto post = json::parse(lab.must({"postgres", "postmortem", "--json"})).as_object();
  for (const auto& box : post.at("checklist").as_array())
    CHECK(box.as_object().at("state").as_string() == "pass");
  CHECK(lab.stop() == lab.file());
  CHECK(lab.must({"score", lab.file().string()}) == submitted);
  const fs::path copy = lab.home() / "elsewhere.ride";
  fs::copy_file(lab.file(), copy);
  CHECK(lab.must({"score", copy.string()}) == submitted);
}

TEST_CASE("every solution scores full marks", "[lab][postgres][sandboxes]") {
  for (const auto& script : scripts("solutions")) {
    Lab lab;
    lab.start();
    lab.play(script);
    INFO(script << "\n" << lab.submit());
    CHECK(lab.card().total == 100);
  }
}

TEST_CASE("one script gives one verdict in local mode and in Docker, with every version at hand",
          "[lab][postgres][docker]") {
  if (skipped_without_containers()) return;
  std::vector<std::vector<std::string>> sandboxes{{"--sandbox", "local"}, in_container()};
  for (const auto* major : {"15", "16", "17", "18"}) {
    const auto image = std::string("ride/postgres:") + major;
    if (image == test_image()) continue;
    if (docker({"image", "inspect", image}).exit_code == 0)
      sandboxes.push_back({"--sandbox", "docker", "--postgres", image});
    else
      WARN("not tried with PostgreSQL " << major << ": no image " << image << " here");
  }
  std::vector<std::string> verdicts;  // of all scripts, for each sandbox
  for (const auto& sandbox : sandboxes) {
    Lab lab;
    lab.start(sandbox);
    std::string all;
    for (const char* script : {"traps/writer-ended-first.sql", "traps/column-dropped-in-do.sql",
                               "partial/default-only.sql", "solutions/page.sql"}) {
      if (!all.empty()) lab.must({"postgres", "reset"});
      lab.play(script);
      lab.submit();
      all += lab.verdict();
    }
    verdicts.push_back(all);
  }
  for (std::size_t i = 1; i < verdicts.size(); ++i) {
    INFO(sandboxes[i].back());
    CHECK(verdicts[i] == verdicts[0]);
  }
}

TEST_CASE("each trap script springs its own trap and no other", "[lab][postgres][sandboxes]") {
  for (const auto& script : scripts("traps")) {
    Lab lab;
    lab.start();
    lab.play(script);
    INFO(script << "\n" << lab.submit());
    const auto own = expectation(Lab::scenario_folder() / script, "springs");
    CHECK(lab.card().sprung == std::vector<std::string>{own});
  }
}

TEST_CASE("partial work gets its part", "[lab][postgres]") {
  for (const auto& script : scripts("partial")) {
    Lab lab;
    lab.start();
    lab.play(script);
    INFO(script << "\n" << lab.submit());
    const auto total = expectation(Lab::scenario_folder() / script, "expect");
    if (total.empty())
      CHECK(lab.card().total < 100);
    else
      CHECK(lab.card().total == std::stoi(total));
  }
}

TEST_CASE("the fix without one look earns Fix and Trap alone", "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  lab.play("partial/fix-only.sql");
  const std::string submitted = lab.submit();
  INFO(submitted);
  CHECK(submitted.find("Never looked at") != std::string::npos);
  const Card card = lab.card();
  CHECK(card.detect == 0);
  CHECK(card.fix == 40);
  CHECK(card.trap == 20);
}

TEST_CASE("doing nothing scores at most 20", "[lab][postgres][sandboxes]") {
  Lab lab;
  lab.start();
  INFO(lab.submit());
  const Card card = lab.card();
  CHECK(card.total <= 20);
  CHECK(card.detect == 0);
  CHECK(card.fix == 0);
}
