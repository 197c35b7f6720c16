#include "cli/run_state.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cli/failure.hpp"
#include "tests/catch.hpp"
#include "tests/cli/temporary_home.hpp"

using namespace ride::cli;

TEST_CASE("a run's description comes back as it was saved", "[cli][run_state]") {
  const TemporaryHome temporary;
  RunState state;
  state.phase = RunPhase::running;
  state.name = "02-release-fallout-20260531-120000";
  state.scenario = "stage-12/02-release-fallout";
  state.scenario_folder = "/x";
  state.learner = "ada \"l\"";
  state.requested_sandbox = "auto";
  state.postgres = "postgres:17";
  state.offline = true;
  state.durability = "power";
  state.requested_port = 1;
  state.listen = "127.0.0.1";
  state.sandbox = "local";
  state.private_folder = "/tmp/ride-01234567";
  state.container = "c";
  state.port = 2;
  state.dsn = "postgresql://oncall@127.0.0.1:2/app_db";
  state.servers = {{"standby", 5, "postgresql://oncall@127.0.0.1:5/app_db"}};
  state.file = "/a.ride";
  state.supervisor = 4711;
  state.attempt = 3;
  save_run_state(temporary.home(), state);
  const auto loaded = load_run_state(temporary.home());
  REQUIRE(loaded);
  CHECK(to_json(*loaded) == to_json(state));
  CHECK_FALSE(std::filesystem::exists(temporary.home().run() / "run.json.new"));
}

TEST_CASE("a server beside the main one is known by its name", "[cli][run_state]") {
  RunState state;
  state.dsn = "main";
  state.servers = {{"standby", 5, "other"}};
  CHECK(dsn_of(state, "") == "main");
  CHECK(dsn_of(state, "standby") == "other");
  try {
    dsn_of(state, "stanby");
    FAIL("found");
  } catch (const Failure& failure) {
    CHECK(failure.what() == std::string("this run has no server \"stanby\"; there is standby"));
  }
}

TEST_CASE("without a description there is no run", "[cli][run_state]") {
  const TemporaryHome temporary;
  CHECK_FALSE(load_run_state(temporary.home()));
}

TEST_CASE("a description that cannot be read is refused by its path", "[cli][run_state]") {
  const TemporaryHome temporary;
  const auto* text = GENERATE("", "{", "[]", "{}", R"({"phase":"asleep"})");
  std::ofstream(temporary.home().run_file()) << text;
  REQUIRE_THROWS_AS(load_run_state(temporary.home()), Failure);
}

TEST_CASE("the lock is one process' alone and is free once its holder is gone",
          "[cli][run_state]") {
  const TemporaryHome temporary;
  auto lock = RunLock::try_take(temporary.home());
  REQUIRE(lock);
  CHECK_FALSE(RunLock::try_take(temporary.home()));
  lock.reset();
  CHECK(RunLock::try_take(temporary.home()));
}

TEST_CASE("a forked child keeps the lock when its parent lets go", "[cli][run_state]") {
  const TemporaryHome temporary;
  auto lock = RunLock::try_take(temporary.home());
  REQUIRE(lock);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    char byte = 0;
    ::close(ends[1]);
    ::_exit(static_cast<int>(::read(ends[0], &byte, 1)));  // until the parent closes its end
  }
  ::close(ends[0]);
  lock.reset();
  CHECK_FALSE(RunLock::try_take(temporary.home()));
  ::close(ends[1]);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(RunLock::try_take(temporary.home()));
}
