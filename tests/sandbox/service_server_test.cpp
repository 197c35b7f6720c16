// docker/server-entry itself, run over this machine's PostgreSQL by the shells of Debian's and
// Alpine's images.
#include "sandbox/service_server.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "sandbox/check.hpp"
#include "sandbox/cluster.hpp"
#include "tests/catch.hpp"
#include "tests/sandbox/incident.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/server_entry.hpp"

using namespace ride;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

sandbox::Cluster boot(const test::ServerEntry& entry, const sandbox::Scenario& scenario) {
  return sandbox::Cluster::boot(
      {sandbox::make_service_server(entry.shared(), {}, 0ms), "server: asked for"}, scenario,
      test::shared_cache(), {});
}

std::string orders_in(const sandbox::Cluster& cluster) {
  return sandbox::read_value(cluster, "shop", "SELECT count(*) FROM public.orders").value;
}

bool has_files(const fs::path& folder) {
  return fs::exists(folder) && fs::directory_iterator(folder) != fs::directory_iterator();
}

void boot_twice(const std::vector<std::string>& shell) {
  const test::ScenarioFolder folder;
  const auto scenario = sandbox::load_scenario(folder.path());
  test::ServerEntry entry(shell);
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto cluster = boot(entry, scenario);
    CHECK(cluster.server().ended() == std::nullopt);
    CHECK(orders_in(cluster) == "10");
    CHECK(sandbox::read_value(cluster, "shop",
                              "SELECT pg_catalog.current_setting('listen_addresses')")
              .value == "");
    CHECK_THROWS_AS(sandbox::Session::open({cluster.endpoint(), "postgres", Secret("guess"), "shop",
                                            "test", "", 5'000ms}),
                    sandbox::SessionError);
    CHECK_FALSE(fs::exists(entry.shared() / "control/password"));
    cluster.stop();
    CHECK_FALSE(fs::exists(entry.cluster()));
    CHECK_FALSE(has_files(entry.shared() / "socket"));
    CHECK_FALSE(has_files(entry.shared() / "log"));
  }
  CHECK(entry.stop() == 0);
  CHECK_FALSE(has_files(entry.shared() / "control"));
}

}  // namespace

TEST_CASE("a service boots the same cluster again and again, and keeps nothing of it",
          "[sandbox][postgres]") {
  boot_twice({"sh"});
}

TEST_CASE("docker/server-entry runs under Alpine's shell", "[sandbox][postgres]") {
  if (!sandbox::find_program("busybox")) {
    std::cerr << "SKIPPED: docker/server-entry is not tried with busybox, which is not here\n";
    return;
  }
  boot_twice({"busybox", "sh"});
}

TEST_CASE("docker/server-entry runs under bash as sh", "[sandbox][postgres]") {
  boot_twice({"bash", "--posix"});
}

// Where a shell itself reads, a signal that comes just before the read blocks is served by the next
// ring alone. A shell that waits for a child does so without that gap.
TEST_CASE("a service at rest waits for a child, so that no stop is missed", "[sandbox]") {
  for (const auto& shell : {std::vector<std::string>{"sh"}, {"bash", "--posix"}}) {
    INFO(shell.front());
    test::ServerEntry entry(shell);
    long call = -1;
    const auto waits = [&] {
      std::ifstream in("/proc/" + std::to_string(entry.pid()) + "/syscall");
      in >> call;  // "running" while it does not wait for anything
      return in && (call == SYS_wait4 || call == SYS_waitid || call == SYS_rt_sigsuspend);
    };
    CHECK(test::eventually(waits));
    INFO("system call " << call);
    CHECK(entry.stop() == 0);
  }
}

TEST_CASE("a stop of the service ends its server with it", "[sandbox][postgres]") {
  const test::ScenarioFolder folder;
  test::ServerEntry entry;
  auto cluster = boot(entry, sandbox::load_scenario(folder.path()));
  CHECK(entry.runs_server());
  CHECK(entry.stop() == 0);
  CHECK_FALSE(entry.runs_server());
  CHECK_FALSE(fs::exists(entry.cluster()));
  CHECK(cluster.server().ended().value_or("").find("docker compose up -d server") !=
        std::string::npos);
}

TEST_CASE("the end of a service's server is told from the service's own", "[sandbox][postgres]") {
  const test::ScenarioFolder folder;
  const auto scenario = sandbox::load_scenario(folder.path());
  test::ServerEntry entry;
  {
    auto cluster = boot(entry, scenario);
    entry.signal_server(SIGKILL);
    CHECK(test::eventually([&] { return cluster.server().ended().has_value(); }));
    CHECK(cluster.server().ended().value_or("").find("signal 9") != std::string::npos);
  }
  {
    auto cluster = boot(entry, scenario);
    entry.kill();
    CHECK(cluster.server().ended().value_or("").find("the service behind") != std::string::npos);
  }
  entry.start();
  CHECK(orders_in(boot(entry, scenario)) == "10");
}

TEST_CASE("a service's server that cannot start says why in one line", "[sandbox][postgres]") {
  const test::ScenarioFolder folder(
      test::replaced(test::shop_yaml, "deadlock_timeout: 100ms", "no_such_setting: 1"));
  const auto scenario = sandbox::load_scenario(folder.path());
  test::ServerEntry entry;
  CHECK(test::error_of([&] { boot(entry, scenario); }).find("postgresql.conf\" contains errors") !=
        std::string::npos);
}

TEST_CASE("what a dead ride left running in a service is ended, or replaced",
          "[sandbox][postgres]") {
  const test::ScenarioFolder folder;
  const auto scenario = sandbox::load_scenario(folder.path());
  test::ServerEntry entry;
  const auto die_with_a_cluster = [&] {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    const pid_t pid = fork();
    REQUIRE(pid >= 0);
    if (pid == 0) {
      const auto cluster = boot(entry, scenario);
      if (::write(ends[1], "x", 1) != 1) _exit(1);
      pause();
    }
    ::close(ends[1]);
    char up = 0;
    CHECK(::read(ends[0], &up, 1) == 1);
    ::close(ends[0]);
    ::kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
  };
  const sandbox::Remains remains{"server", entry.shared().string(), ""};

  die_with_a_cluster();
  CHECK(entry.runs_server());
  CHECK(sandbox::clean_up(remains) == "");
  CHECK_FALSE(entry.runs_server());
  CHECK(sandbox::clean_up(remains) == "");

  die_with_a_cluster();
  auto cluster = boot(entry, scenario);
  CHECK(orders_in(cluster) == "10");
  CHECK(sandbox::clean_up(remains) == "");  // not the dead one's any more
  CHECK(orders_in(cluster) == "10");
}

TEST_CASE("a scenario's versions hold for a service as well", "[sandbox][postgres]") {
  test::ServerEntry entry;
  sandbox::ServerOptions options;
  options.postgres_min = 99;
  options.postgres_max = 99;
  CHECK(test::error_of([&] {
          sandbox::make_service_server(entry.shared(), options, 0ms);
        }).find("the scenario wants 99 to 99") != std::string::npos);
}

TEST_CASE("RIDE_SERVER alone makes the service the first choice", "[sandbox][postgres]") {
  test::ServerEntry entry;
  REQUIRE(setenv("RIDE_SERVER", entry.shared().c_str(), 1) == 0);
  const auto choice = sandbox::choose_server(sandbox::Mode::automatic, {}, true, true);
  CHECK(std::string(choice.server->mode()) == "server");
  CHECK(choice.server->describe().find(entry.shared().string()) != std::string::npos);
  const auto local = sandbox::choose_server(sandbox::Mode::automatic, {}, true, false);
  CHECK(std::string(local.server->mode()) == "local");
  CHECK(test::error_of([] {
          sandbox::choose_server(sandbox::Mode::server, {}, true, false);
        }).find("--sandbox local") != std::string::npos);
  unsetenv("RIDE_SERVER");
}
