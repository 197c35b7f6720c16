#include "sandbox/process.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <fstream>
#include <system_error>

#include "tests/catch.hpp"
#include "tests/support/temporary_directory.hpp"

using namespace ride;
using namespace std::chrono_literals;

TEST_CASE("output, errors and exit code of a command come back", "[sandbox][process]") {
  const auto finished = sandbox::run({.argv = {"sh", "-c", "echo \"$WORD\"; echo oops >&2; exit 3"},
                                      .environment = {"WORD=added"}},
                                     10s);
  CHECK(finished.exit_code == 3);
  CHECK_FALSE(finished.ok());
  CHECK(finished.output == "added\n");
  CHECK(finished.last_error_line() == "oops");
}

TEST_CASE("a command that takes too long is killed with its children", "[sandbox][process]") {
  const auto finished = sandbox::run({.argv = {"sh", "-c", "sleep 1000 & sleep 1000"}}, 50ms);
  CHECK(finished.timed_out);
  CHECK_FALSE(finished.ok());
}

TEST_CASE("output beyond the limit is read and dropped", "[sandbox][process]") {
  const auto finished =
      sandbox::run({.argv = {"sh", "-c", "head -c 3000000 /dev/zero; exit 0"}}, 30s);
  CHECK(finished.ok());
  CHECK(finished.output.size() == sandbox::output_bytes_max);
}

TEST_CASE("a program that is not there is an error, not a child", "[sandbox][process]") {
  CHECK_THROWS_AS(sandbox::run({.argv = {"no-such-program-of-ride"}}, 1s), std::system_error);
  CHECK_THROWS_AS(sandbox::run({.argv = {"/no/such/program"}}, 1s), std::system_error);
  CHECK_FALSE(sandbox::find_program("no-such-program-of-ride"));
  CHECK(sandbox::find_program("sh"));
}

TEST_CASE("a spawned child writes to its file and dies with its handle", "[sandbox][process]") {
  const test::TemporaryDirectory folder;
  pid_t pid = 0;
  {
    auto child = sandbox::Child::spawn({.argv = {"sh", "-c", "echo hello; exec sleep 1000"},
                                        .output = folder / "out",
                                        .death_signal = SIGKILL});
    pid = child.pid();
    CHECK_FALSE(child.wait(0ms));
  }
  CHECK(::kill(pid, 0) != 0);

  auto quick = sandbox::Child::spawn({.argv = {"sh", "-c", "echo once"}, .output = folder / "two"});
  const auto status = quick.wait(10s);
  REQUIRE(status);
  CHECK(WEXITSTATUS(*status) == 0);
  std::string word;
  std::ifstream(folder / "two") >> word;
  CHECK(word == "once");
}

TEST_CASE("as root, a child runs as an unprivileged user", "[sandbox][process]") {
  const auto identity = sandbox::unprivileged_identity();
  if (!identity) return;
  const auto finished =
      sandbox::run({.argv = {"sh", "-c", "id -u; id -G; pwd"}, .identity = identity}, 10s);
  CHECK(finished.output ==
        std::to_string(identity->uid) + "\n" + std::to_string(identity->gid) + "\n/\n");
}
