// Where `ride proxy` listens and connects: TCP over IPv4 and IPv6, unix sockets, several at once.
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>

#include "tests/catch.hpp"
#include "tests/lab/proxy_process.hpp"
#include "tests/support/postgres.hpp"

using namespace ride::lab;
using ride::test::Postgres;
using ride::test::TemporaryDirectory;
namespace fs = std::filesystem;

namespace {

const std::string who = " user=oncall dbname=postgres sslmode=disable";

std::string peer(const ProxyProcess& proxy, std::size_t connection) {
  return std::string(proxy.events("connection_opened").at(connection).at("peer").as_string());
}

std::string dsn(const fs::path& folder, int port) {
  return "host=" + folder.string() + " port=" + std::to_string(port) + who;
}

}  // namespace

TEST_CASE("clients come over IPv4, IPv6 and a unix socket at once, and are told apart",
          "[lab][proxy][postgres]") {
  const TemporaryDirectory folder;
  ProxyProcess proxy({"--listen", "127.0.0.1:0", "--listen", "[::1]:0", "--listen",
                      folder.path().string() + ":6432"});
  const auto& taken = proxy.said().at("addresses").as_array();
  REQUIRE(taken.size() == 3);
  const std::string v6(taken[1].as_string());
  REQUIRE(v6.starts_with("[::1]:"));
  CHECK(taken[2].as_string() == folder.path().string() + "/.s.PGSQL.6432");

  CHECK(proxy.psql("SELECT 'v4';").out == "v4\n");
  CHECK(proxy.psql_at("host=::1 port=" + v6.substr(6) + who, "SELECT 'v6';").out == "v6\n");
  CHECK(proxy.psql_at(dsn(folder.path(), 6432), "SELECT 'unix';").out == "unix\n");
  CHECK(proxy.stop() == 0);
  CHECK(peer(proxy, 0).starts_with("127.0.0.1:"));
  CHECK(peer(proxy, 1).starts_with("[::1]:"));
  CHECK(peer(proxy, 2).starts_with("unix pid="));
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("of a client at a unix socket the process and the user are recorded",
          "[lab][proxy][postgres]") {
  const TemporaryDirectory folder;
  ProxyProcess proxy({"--listen", folder.path().string()});
  ride::test::Child psql({"psql", "-X", dsn(folder.path(), 5432), "-c", "SELECT 1"});
  CHECK(psql.wait() == 0);
  CHECK(proxy.stop() == 0);
  CHECK(peer(proxy, 0) ==
        "unix pid=" + std::to_string(psql.pid()) + " uid=" + std::to_string(::geteuid()));
}

TEST_CASE("the server may be at IPv6 or at a unix socket's full path", "[lab][proxy][postgres]") {
  ProxyProcess inner({"--listen", "[::1]:0", "--upstream",
                      Postgres::instance().socket_directory() + "/.s.PGSQL.5432"});
  ProxyProcess outer({"--upstream", inner.said("listen")});
  CHECK(outer.psql("SELECT 'all the way';").out == "all the way\n");
}

TEST_CASE("a unix socket has the mode that was asked for, and its owner's alone otherwise",
          "[lab][proxy][postgres]") {
  const TemporaryDirectory folder;
  const auto mode = [&](const std::vector<std::string>& words) {
    std::vector<std::string> all{"--listen", folder.path().string()};
    all.insert(all.end(), words.begin(), words.end());
    ProxyProcess proxy(all);
    struct stat status {};
    REQUIRE(::stat(proxy.said("listen").c_str(), &status) == 0);
    return status.st_mode & 07777U;
  };
  CHECK(mode({}) == 0700);
  CHECK(mode({"--socket-mode", "0777"}) == 0777);
}

TEST_CASE("the socket of a proxy that was killed is taken over, that of a living one is not",
          "[lab][proxy][postgres]") {
  const TemporaryDirectory folder;
  const std::vector<std::string> here{"--listen", folder.path().string()};
  auto killed = std::make_unique<ProxyProcess>(here);
  killed->process().signal(SIGKILL);
  killed->process().wait();
  REQUIRE(fs::exists(folder / ".s.PGSQL.5432"));

  ProxyProcess next(here);
  CHECK(next.psql_at(dsn(folder.path(), 5432), "SELECT 'taken over';").out == "taken over\n");
  const auto refused = run_ride({"proxy", "--listen", folder.path().string(), "--upstream", "/tmp",
                                 "--journal", (folder / "j").string()});
  CHECK(refused.exit_code == 1);
  CHECK(refused.err.find("cannot listen on " + (folder / ".s.PGSQL.5432").string() +
                         ": Address already in use") != std::string::npos);
  CHECK(next.psql_at(dsn(folder.path(), 5432), "SELECT 'still there';").out == "still there\n");
}

TEST_CASE("TLS is offered to nobody at a unix socket that psql does not ask over",
          "[lab][proxy][postgres]") {
  const TemporaryDirectory folder;
  ProxyProcess proxy({"--listen", folder.path().string()});
  const auto outcome = proxy.psql_at(
      "host=" + folder.path().string() + " user=oncall dbname=postgres sslmode=require",
      "SELECT 'plain';");
  CHECK(outcome.out == "plain\n");
  CHECK(proxy.stop() == 0);
  CHECK(proxy.events("connection_opened").at(0).if_contains("tls") == nullptr);
}

TEST_CASE("a wrong socket mode or network is refused by name", "[lab][proxy]") {
  const TemporaryDirectory folder;
  for (const auto& [option, value] :
       std::vector<std::pair<std::string, std::string>>{{"--socket-mode", "0999"},
                                                        {"--socket-mode", "01777"},
                                                        {"--socket-mode", "rw"},
                                                        {"--proxy-protocol", "10.0.0.1/8"},
                                                        {"--proxy-protocol", "haproxy"}}) {
    const auto refused = run_ride({"proxy", "--listen", "127.0.0.1:0", "--upstream", "/tmp",
                                   "--journal", (folder / "j").string(), option, value});
    CHECK(refused.exit_code == 2);
    CHECK(refused.err.starts_with("ride: " + option + " " + value + " is no "));
  }
}
