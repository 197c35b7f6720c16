// The image `ride`: the whole lab in one container, for people with Docker alone.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/json.hpp"
#include "tests/catch.hpp"
#include "tests/lab/engine.hpp"
#include "tests/lab/lab.hpp"
#include "tests/support/child.hpp"
#include "tests/support/eventually.hpp"

using namespace ride::lab;
using ride::test::Child;
using ride::test::eventually;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr const char* image = "ride";

bool image_is_at_hand() {
  // Through a shell: there may be no docker command at all.
  const auto found =
      run_program({"sh", "-c", "docker image inspect --format '{{.Id}}' \"$0\" 2>&1", image});
  if (found.exit_code == 0) return true;
  WARN("SKIPPED: no image ride here (docker/build makes it): " << found.out.substr(
           0, found.out.find('\n')));
  return false;
}

std::string trimmed(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string inside(const std::string& script) {
  const auto outcome =
      docker({"run", "--rm", "--network", "none", "--entrypoint", "sh", image, "-c", script});
  INFO(outcome.err);
  CHECK(outcome.exit_code == 0);
  return trimmed(outcome.out);
}

// A container and a volume of the test's own, gone with the object.
class Container {
 public:
  explicit Container(const std::string& purpose)
      : name_("ride-test-" + purpose + "-" + std::to_string(::getpid())) {}
  ~Container() {
    docker({"rm", "--force", "--volumes", name_});
    docker({"volume", "rm", "--force", name_});
  }
  Container(const Container&) = delete;
  Container& operator=(const Container&) = delete;

  const std::string& name() const { return name_; }
  std::vector<std::string> run_words(const std::vector<std::string>& how) const {
    std::vector<std::string> words{"run", "--name",         name_, "-v", name_ + ":/var/lib/ride",
                                   "-p",  "127.0.0.1::7432"};
    words.insert(words.end(), how.begin(), how.end());
    for (const auto* word : {image, "postgres", "start", Lab::scenario}) words.emplace_back(word);
    return words;
  }
  Outcome ride(std::vector<std::string> words) const {
    words.insert(words.begin(), {"exec", name_, "ride"});
    return docker(words);
  }
  bool is_up() const { return ride({"postgres", "status", "--brief"}).exit_code == 0; }
  std::string value(const std::string& format) const {
    return trimmed(docker({"inspect", "--format", format, name_}).out);
  }
  // What a client on this machine connects to.
  std::string dsn() const {
    const auto mapped = trimmed(docker({"port", name_, "7432/tcp"}).out);
    return "postgresql://oncall@" + mapped.substr(0, mapped.find('\n')) + "/app_db";
  }

 private:
  std::string name_;
};

std::string page_script() { return (Lab::scenario_folder() / "solutions/page.sql").string(); }

}  // namespace

TEST_CASE("docker: one container is a whole lab, and its files outlive it", "[lab][docker]") {
  if (!image_is_at_hand()) return;
  const Container lab("whole");
  REQUIRE(docker(lab.run_words({"-d"})).exit_code == 0);
  INFO(docker({"logs", lab.name()}).err);
  REQUIRE(eventually([&] { return lab.is_up(); }, std::chrono::seconds(120)));
  const auto printed = docker({"logs", lab.name()}).out;
  CHECK(printed.find("postgresql://oncall@127.0.0.1:7432/app_db") != std::string::npos);

  REQUIRE(run_program({"psql", "-X", "-d", lab.dsn(), "-f", page_script()}).exit_code == 0);
  const auto card = lab.ride({"postgres", "submit"});
  CHECK(card.out.find("Total 100 of 100") != std::string::npos);
  CHECK(eventually([&] { return lab.value("{{.State.Health.Status}}") == "healthy"; },
                   std::chrono::seconds(120)));

  CHECK(docker({"stop", "--time", "60", lab.name()}).exit_code == 0);
  CHECK(lab.value("{{.State.ExitCode}}") == "0");
  const auto later =
      docker({"run", "--rm", "-v", lab.name() + ":/var/lib/ride", "--entrypoint", "sh", image, "-c",
              "ride score /var/lib/ride/attempts/*.ride && ls /var/lib/ride/attempts"});
  CHECK(later.out.starts_with(card.out));
  CHECK(later.out.find("-ring") == std::string::npos);
}

TEST_CASE("docker: on a terminal the container gives a shell in the lab", "[lab][docker]") {
  if (!image_is_at_hand()) return;
  const Container lab("shell");
  const Lab folder;
  const auto log = folder.home() / "terminal.log";
  std::string command = "docker";
  for (const auto& word : lab.run_words({"-it", "-e", "PAGER=cat", "-e", "NO_COLOR=1"}))
    command += " " + word;
  const Child terminal({"script", "-qefc", command, log.string()});
  const auto shown = [&](const std::string& text) {
    std::ifstream in(log);
    const std::string all{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    return all.find(text) != std::string::npos;
  };
  REQUIRE(eventually([&] { return shown("ends the lab"); }, std::chrono::seconds(120)));
  terminal.write("psql -XAtc \"SELECT 'answer ' || 6 * 7\"\n");
  CHECK(eventually([&] { return shown("answer 42"); }));
  terminal.write("ride postgres submit\n");
  CHECK(eventually([&] { return shown("Total 20 of 100"); }));
  terminal.write("exit\n");
  CHECK(eventually([&] { return lab.value("{{.State.Status}}") == "exited"; }));
  CHECK(lab.value("{{.State.ExitCode}}") == "0");
}

TEST_CASE("docker: an image holds what runs and nothing that builds", "[lab][docker]") {
  if (!image_is_at_hand()) return;
  CHECK(inside("id -u") == "999");
  CHECK(inside("command -v cc c++ gcc g++ cmake ninja make ld git || echo none") == "none");
  CHECK(inside("find /var/lib/apt/lists /var/cache/apt -type f ! -name lock 2>/dev/null; true") ==
        "");
  CHECK(inside("psql --version").find("psql (PostgreSQL)") == 0);
  CHECK(inside("ride postgres list").find(Lab::scenario) != std::string::npos);
  CHECK(inside("find / -xdev -perm -4000 -type f -newer /etc/passwd 2>/dev/null; true") == "");
  const auto found = docker({"image", "inspect", image, "--format", "{{json .Config}}"});
  const json::value value = json::parse(found.out);
  const auto& labels = value.at("Labels").as_object();
  for (const auto* label : {"version", "revision", "created"}) {
    INFO(label);
    const auto& text = labels.at(std::string("org.opencontainers.image.") + label).as_string();
    CHECK_FALSE(text.empty());
    CHECK(text != "unknown");
  }
}
