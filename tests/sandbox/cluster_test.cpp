// Boots real servers: who gets in, what the template cache keeps, what is left after a kill -9.
#include "sandbox/cluster.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <utility>

#include "sandbox/files.hpp"
#include "tests/catch.hpp"
#include "tests/sandbox/incident.hpp"
#include "tests/support/eventually.hpp"

using namespace ride;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::string sqlstate_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const sandbox::SessionError& error) {
    return error.failure.message;
  }
  return "let in";
}

sandbox::Cluster boot(const sandbox::Scenario& scenario, const fs::path& cache,
                      std::vector<std::string>* said = nullptr) {
  sandbox::ServerOptions options;
  return sandbox::Cluster::boot(sandbox::choose_server(sandbox::Mode::local, options, true, true),
                                scenario, cache, [said](const std::string& line) {
                                  if (said != nullptr) said->push_back(line);
                                });
}

// Processes that stay in this folder.
int processes_in(const fs::path& folder) {
  int count = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator("/proc", ignored))
    count += fs::read_symlink(entry.path() / "cwd", ignored) == folder ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("only the learner gets in without a password", "[sandbox][postgres]") {
  test::Incident incident;
  for (const char* role : {"postgres", "ride_check", "deployer", "shop_user"}) {
    INFO(role);
    const auto empty = sqlstate_of([&] { incident.login(role, ""); });
    CHECK(empty.find("no password supplied") != std::string::npos);
    const auto wrong = sqlstate_of([&] { incident.login(role, "guess"); });
    CHECK(wrong.find("password authentication failed") != std::string::npos);
  }
  auto oncall = incident.oncall();
  CHECK(
      oncall.demand("SELECT rolsuper FROM pg_roles WHERE rolname = current_user", "ask").value() ==
      "f");
  CHECK(oncall.demand("SHOW listen_addresses", "ask").value() == "");
  CHECK(oncall.query("SELECT pg_read_file('postmaster.pid')", 5s).failure->sqlstate == "42501");
  CHECK(oncall.query("ALTER SYSTEM SET log_lock_waits = off", 5s).failure->sqlstate == "42501");
  CHECK(oncall.query("SELECT rolpassword FROM pg_authid", 5s).failure->sqlstate == "42501");
  CHECK(oncall.query("ALTER TABLE public.orders ALTER note SET DEFAULT 'x'", 5s).ok());
}

TEST_CASE("two first starts at once each get into their own cluster", "[sandbox][postgres]") {
  const test::TemporaryDirectory cache;
  const test::ScenarioFolder folder;
  const auto scenario = sandbox::load_scenario(folder.path());
  bool overtaken = false;
  const auto choice = [] { return sandbox::choose_server(sandbox::Mode::local, {}, true, true); };
  // While the first is seeding, a second one makes and keeps the same template.
  const auto first =
      sandbox::Cluster::boot(choice(), scenario, cache.path(), [&](const std::string& line) {
        if (line == "seeding" && !std::exchange(overtaken, true)) boot(scenario, cache.path());
      });
  CHECK(overtaken);
  CHECK(first.superuser_session("postgres").demand("SELECT 1", "ask").value() == "1");
}

TEST_CASE("a template is made once, and a half-built one is never used", "[sandbox][postgres]") {
  const test::TemporaryDirectory cache;
  const test::ScenarioFolder folder;
  auto scenario = sandbox::load_scenario(folder.path());
  fs::create_directories(cache / "building-0123456789abcdef/data");
  std::vector<std::string> first;
  std::vector<std::string> second;
  fs::path root;
  {
    auto cluster = boot(scenario, cache.path(), &first);
    root = cluster.directory().root;
    CHECK_FALSE(cluster.template_reused());
    CHECK((fs::status(root).permissions() & fs::perms::mask) == fs::perms::owner_all);
  }
  CHECK_FALSE(fs::exists(root));
  {
    auto cluster = boot(scenario, cache.path(), &second);
    CHECK(cluster.template_reused());
    CHECK(cluster.superuser_session("shop")
              .demand("SELECT count(*) FROM public.orders", "")
              .value() == "10");
    // The password that the template was made with no longer works.
    auto login = cluster.login("postgres", "postgres");
    for (const auto& entry : fs::directory_iterator(cache.path())) {
      if (fs::exists(entry.path() / "superuser"))
        login.password = Secret(sandbox::read_file(entry.path() / "superuser", 256));
    }
    CHECK_THROWS_AS(sandbox::Session::open(login), sandbox::SessionError);
  }
  CHECK(first.size() > second.size());

  scenario.environment.databases[0].seed[0].sql += "CREATE TABLE public.more (id int);";
  CHECK_FALSE(boot(scenario, cache.path()).template_reused());
}

TEST_CASE("a seed that fails is named with its file", "[sandbox][postgres]") {
  const test::TemporaryDirectory cache;
  const test::ScenarioFolder folder;
  auto scenario = sandbox::load_scenario(folder.path());
  scenario.environment.databases[0].seed[0].sql = "SELECT nothing";
  CHECK(test::error_of([&] { boot(scenario, cache.path()); }).find("seed/shop.sql in shop") !=
        std::string::npos);
  CHECK(fs::is_empty(cache.path()));
}

TEST_CASE("after a kill -9 no server runs on, and clean_up removes the rest",
          "[sandbox][postgres]") {
  const test::ScenarioFolder folder;
  const auto scenario = sandbox::load_scenario(folder.path());
  const auto cache = test::shared_cache();
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    auto cluster = boot(scenario, cache);
    const auto root = cluster.directory().root.string();
    if (::write(ends[1], root.data(), root.size()) < 0) _exit(1);
    pause();
    _exit(0);
  }
  ::close(ends[1]);
  std::array<char, 64> text{};
  const auto got = ::read(ends[0], text.data(), text.size());
  REQUIRE(got > 0);
  const fs::path root(std::string(text.data(), static_cast<std::size_t>(got)));
  CHECK(processes_in(root / "data") > 0);

  ::kill(pid, SIGKILL);
  waitpid(pid, nullptr, 0);
  CHECK(test::eventually([&] { return processes_in(root / "data") == 0; }));
  CHECK(fs::exists(root));
  CHECK(sandbox::clean_up({"local", root.string(), ""}) == "");
  CHECK_FALSE(fs::exists(root));
  CHECK(sandbox::clean_up({"local", root.string(), ""}) == "");
  ::close(ends[0]);
}

TEST_CASE("clean_up touches nothing but what ride made", "[sandbox]") {
  const test::TemporaryDirectory other;
  sandbox::clean_up({"local", other.path().string(), ""});
  sandbox::clean_up({"local", "/tmp/ride-../../etc", ""});
  sandbox::clean_up({"local", "", ""});
  CHECK(fs::exists(other.path()));
}

TEST_CASE("a user who is not root boots a server of their own", "[sandbox][postgres]") {
  const auto identity = sandbox::unprivileged_identity();
  if (!identity) return;  // the other tests show it then
  const test::ScenarioFolder folder;
  const auto scenario = sandbox::load_scenario(folder.path());
  const test::TemporaryDirectory cache;
  REQUIRE(chown(cache.path().c_str(), identity->uid, identity->gid) == 0);
  fs::permissions(folder.path(), fs::perms::all);
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    if (setgid(identity->gid) != 0 || setuid(identity->uid) != 0) _exit(2);
    try {
      auto cluster = boot(scenario, cache.path());
      const bool seeded = cluster.superuser_session("shop")
                              .demand("SELECT count(*) FROM public.orders", "")
                              .value() == "10";
      cluster.stop();
      _exit(seeded ? 0 : 3);
    } catch (const std::exception& error) {
      [[maybe_unused]] const auto told = ::write(2, error.what(), strlen(error.what()));
      _exit(4);
    }
  }
  int status = 0;
  waitpid(pid, &status, 0);
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("a server that cannot start says why in one line", "[sandbox][postgres]") {
  const test::TemporaryDirectory cache;
  const test::ScenarioFolder folder(
      test::replaced(test::shop_yaml, "deadlock_timeout: 100ms", "no_such_setting: 1"));
  const auto scenario = sandbox::load_scenario(folder.path());
  CHECK(test::error_of([&] {
          boot(scenario, cache.path());
        }).find("postgresql.conf\" contains errors") != std::string::npos);
}
