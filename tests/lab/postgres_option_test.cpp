// `start --postgres` and `--offline`: which server is taken, and what a refusal names.
#include <filesystem>
#include <fstream>

#include "tests/catch.hpp"
#include "tests/lab/engine.hpp"
#include "tests/lab/lab.hpp"

using namespace ride::lab;
namespace fs = std::filesystem;

namespace {

constexpr const char* pulled_image = "ride.invalid/lab:1";

// The one line on standard error of a start that failed.
std::string refusal(const Lab& lab, std::vector<std::string> words) {
  words.insert(words.begin(), {"postgres", "start", Lab::scenario});
  const auto outcome = lab.ride(words);
  CHECK(outcome.exit_code == 1);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.find('\n') == outcome.err.size() - 1);
  CHECK_FALSE(fs::exists(lab.home() / "run" / "run.json"));
  return outcome.err;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A `docker` whose pull takes the test's image for the one that is asked for.
void write_docker_that_pulls(const fs::path& folder) {
  fs::create_directory(folder);
  const auto real = run_program({"sh", "-c", "command -v docker"}).out;
  std::ofstream(folder / "docker")
      << "#!/bin/sh\n"
      << "real=" << real << "if [ \"$1\" != pull ]; then exec \"$real\" \"$@\"; fi\n"
      << "echo '1: Pulling from lab'\n"
      << "echo '5f70bf18a086: Pull complete'\n"
      << "exec \"$real\" tag " << test_image() << " \"$2\"\n";
  fs::permissions(folder / "docker", fs::perms::owner_all);
}

}  // namespace

TEST_CASE("a PostgreSQL that the scenario does not want, or that is not there, is refused",
          "[lab][postgres]") {
  const Lab lab;
  const auto old = refusal(lab, {"--sandbox", "local", "--postgres", "9"});
  CHECK(has(old, "15 to 18, not 9"));
  const auto image = refusal(lab, {"--sandbox", "local", "--postgres", "postgres:17"});
  CHECK(has(image, "postgres:17 names an image"));
  CHECK(has(image, "--sandbox docker"));
  for (const std::string major : {"15", "16", "17", "18"}) {
    if (fs::exists("/usr/lib/postgresql/" + major)) continue;
    const auto missing = refusal(lab, {"--sandbox", "local", "--postgres", major});
    INFO(missing);
    CHECK(has(missing, "no PostgreSQL " + major + " on this machine (at hand: "));
    CHECK(has(missing, "apt-get install postgresql-" + major));
  }
}

TEST_CASE("an image that is not at hand is refused offline, and those at hand are named",
          "[lab][postgres][docker]") {
  if (skipped_without_containers()) return;
  const Lab lab;
  const auto said =
      refusal(lab, {"--sandbox", "docker", "--postgres", "ride.invalid/none:1", "--offline"});
  INFO(said);
  CHECK(has(said, "ride.invalid/none:1 is not at hand"));
  CHECK(has(said, "at hand: "));
  CHECK(has(said, test_image()));
  CHECK_FALSE(has(said, "pulled"));
}

TEST_CASE("a pull shows its lines on a terminal, and says nothing in a pipe",
          "[lab][postgres][docker]") {
  if (skipped_without_containers()) return;
  Lab lab;
  write_docker_that_pulls(lab.home() / "bin");
  lab.set_environment("PATH=" + (lab.home() / "bin").string() + ":" + std::getenv("PATH"));
  const std::vector<std::string> start{"postgres", "start",      Lab::scenario, "--sandbox",
                                       "docker",   "--postgres", pulled_image};
  const auto in_a_pipe = lab.ride(start);
  INFO(in_a_pipe.err);
  CHECK(in_a_pipe.exit_code == 0);
  CHECK(in_a_pipe.err.empty());
  CHECK(has(in_a_pipe.out, pulled_image));
  lab.stop();
  docker({"rmi", pulled_image});

  std::string line;
  for (const auto& word : start) line += " " + word;
  const auto on_a_terminal = lab.on_a_terminal(line);
  INFO(on_a_terminal.out);
  CHECK(has(on_a_terminal.out, "pulling image " + std::string(pulled_image)));
  CHECK(has(on_a_terminal.out, "5f70bf18a086: Pull complete"));
  lab.stop();
  docker({"rmi", pulled_image});
}
