// `ride postgres start` as the first process of a PID namespace, as a container makes it: it stays,
// reaps, gives a shell where there is a terminal, and stops the run when it is asked to.
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"
#include "tests/lab/program.hpp"
#include "tests/support/child.hpp"
#include "tests/support/eventually.hpp"

using namespace ride::lab;
using ride::test::Child;
using ride::test::eventually;
namespace fs = std::filesystem;

namespace {

bool namespaces_are_allowed() {
  if (run_program({"unshare", "--pid", "--fork", "--mount-proc", "true"}).exit_code == 0)
    return true;
  WARN("SKIPPED: no right to a PID namespace, in which a program would be the first process");
  return false;
}

// In a namespace of its own, with the lab's RIDE_HOME and the program on its PATH.
std::vector<std::string> in_namespace(const Lab& lab, const std::vector<std::string>& arguments) {
  const std::string programs = fs::path(RIDE_PROGRAM).parent_path().string();
  std::vector<std::string> words{"env",
                                 "RIDE_HOME=" + lab.home().string(),
                                 "RIDE_SCENARIOS=" RIDE_SOURCE_SCENARIOS,
                                 "PATH=" + programs + ":/usr/bin:/bin",
                                 "SHELL=/bin/bash",
                                 "PAGER=cat",
                                 "unshare",
                                 "--pid",
                                 "--fork",
                                 "--mount-proc",
                                 RIDE_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

std::vector<std::string> start_words(const Lab& lab, const std::string& port) {
  return in_namespace(lab,
                      {"postgres", "start", Lab::scenario, "--sandbox", "local", "--port", port});
}

// The first process of the namespace, by the number that it has out here.
pid_t only_child_of(pid_t parent) {
  std::ifstream in("/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) +
                   "/children");
  pid_t child = 0;
  in >> child;
  return child;
}

bool is_up(const Lab& lab) { return lab.ride({"postgres", "status", "--brief"}).exit_code == 0; }

fs::path only_attempt(const Lab& lab) {
  for (const auto& entry : fs::directory_iterator(lab.home() / "attempts"))
    if (entry.path().extension() == ".ride") return entry.path();
  return {};
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

}  // namespace

TEST_CASE("the first process stays, serves other commands, and stops the run on SIGTERM",
          "[lab][postgres]") {
  if (!namespaces_are_allowed()) return;
  const Lab lab;
  const auto port = std::to_string(free_port());
  Child container(start_words(lab, port));
  REQUIRE(eventually([&] { return is_up(lab) || !container.running(); }));
  INFO(container.output());
  const std::string dsn = "postgresql://oncall@127.0.0.1:" + port + "/app_db";
  CHECK(container.output().find(dsn) != std::string::npos);
  CHECK(run_program({"psql", "-X", "-At", "-d", dsn, "-c", "SELECT 40 + 2"}).out == "42\n");
  CHECK(lab.must({"postgres", "submit"}).find("20 of 100") != std::string::npos);
  const pid_t first = only_child_of(container.pid());
  REQUIRE(first > 0);
  ::kill(first, SIGTERM);
  CHECK(container.wait() == 0);
  CHECK_FALSE(fs::exists(lab.home() / "run" / "run.json"));
  CHECK(lab.ride({"score", only_attempt(lab).string()}).exit_code == 0);
  CHECK(processes_with("RIDE_HOME=" + lab.home().string()).empty());
}

TEST_CASE("the first process ends with the run, honestly where that was killed",
          "[lab][postgres]") {
  if (!namespaces_are_allowed()) return;
  for (const bool killed : {false, true}) {
    const Lab lab;
    Child container(start_words(lab, std::to_string(free_port())));
    REQUIRE(eventually([&] { return is_up(lab) || !container.running(); }));
    INFO(container.output());
    if (killed) {
      // run.json has the supervisor's number inside the namespace.
      const auto inside = lab.run_value("supervisor");
      const auto target = std::to_string(only_child_of(container.pid()));
      CHECK(run_program({"nsenter", "--target", target, "--pid", "--mount", "kill", "-9", inside})
                .exit_code == 0);
    } else {
      lab.must({"postgres", "stop"});
    }
    CHECK(container.wait() == (killed ? 1 : 0));
    CHECK_FALSE(fs::exists(lab.home() / "run" / "run.json"));
  }
}

TEST_CASE("on a terminal the first process gives a shell in which psql goes to the incident",
          "[lab][postgres]") {
  if (!namespaces_are_allowed()) return;
  const Lab lab;
  const auto log = lab.home() / "terminal.log";
  const Child terminal(
      {"script", "-qefc", joined(start_words(lab, std::to_string(free_port()))), log.string()});
  const auto shown = [&](const std::string& text) {
    std::ifstream in(log);
    const std::string all{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    return all.find(text) != std::string::npos;
  };
  REQUIRE(eventually([&] { return shown("ends the lab"); }));
  terminal.write("psql -XAtc \"SELECT 'answer ' || 6 * 7\"\n");
  CHECK(eventually([&] { return shown("answer 42"); }));
  terminal.write("ride postgres submit\n");
  CHECK(eventually([&] { return shown("20 of 100"); }));
  terminal.write("exit\n");
  CHECK(eventually([&] { return !fs::exists(lab.home() / "run" / "run.json"); }));
}

TEST_CASE("a start that fails ends the first process with its exit code", "[lab]") {
  if (!namespaces_are_allowed()) return;
  const Lab lab;
  const auto outcome = run_program(in_namespace(lab, {"postgres", "start", "stage-99/none"}));
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.err.find("unknown scenario") != std::string::npos);
}
