// What `ride proxy` does at its limits: it says so to the client, in the log or in the record.
#include <libpq-fe.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <memory>

#include "tests/catch.hpp"
#include "tests/lab/proxy_process.hpp"
#include "tests/support/eventually.hpp"

using namespace ride::lab;
using ride::test::eventually;

namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

Connection connect(const std::string& dsn) { return {PQconnectdb(dsn.c_str()), PQfinish}; }

bool logged(ProxyProcess& proxy, const std::string& line) {
  return eventually([&] { return proxy.process().output().find(line) != std::string::npos; });
}

bool serves(const ProxyProcess& proxy) {
  return eventually([&] { return proxy.psql("SELECT 'in';").out == "in\n"; });
}

std::string on_port(const ProxyProcess& proxy) {
  return "host=127.0.0.1 user=oncall dbname=postgres port=" + std::to_string(proxy.port());
}

}  // namespace

TEST_CASE("one client too many is told what PostgreSQL says, with TLS or without, and is recorded",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy({"--max-connections", "1"});
  auto first = connect(proxy.dsn());
  REQUIRE(PQstatus(first.get()) == CONNECTION_OK);
  for (const auto* mode : {" sslmode=disable", " sslmode=prefer", " sslmode=require"}) {
    const auto refused = proxy.psql_at(on_port(proxy) + mode, "SELECT 1;");
    INFO(mode);
    CHECK(refused.exit_code == 2);
    CHECK(refused.err.find("FATAL:  sorry, too many clients already") != std::string::npos);
  }
  CHECK(proxy.process().output().find("limit=max-connections value=1 reached") !=
        std::string::npos);
  first.reset();
  CHECK(serves(proxy));
  CHECK(proxy.stop() == 0);
  const auto refused = proxy.events("connection_refused");
  REQUIRE(refused.size() >= 3);
  CHECK(boost::json::serialize(refused[0]).find("53300") != std::string::npos);
  CHECK(proxy.events("connection_opened").size() == proxy.events("connection_closed").size());
}

TEST_CASE("at the limit of connections a statement can still be cancelled",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy({"--max-connections", "1"});
  const auto only = connect(proxy.dsn());
  REQUIRE(PQsendQuery(only.get(), "SELECT pg_sleep(600)") == 1);
  const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel(PQgetCancel(only.get()),
                                                                  PQfreeCancel);
  std::string state;
  // A cancel that comes before the statement began hits nothing, so it is sent again.
  REQUIRE(eventually([&] {
    std::array<char, 256> error{};
    REQUIRE(PQcancel(cancel.get(), error.data(), error.size()) == 1);
    PQconsumeInput(only.get());
    if (PQisBusy(only.get()) == 1) return false;
    const Result result(PQgetResult(only.get()), PQclear);
    const char* found = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
    state = found == nullptr ? "" : found;
    return true;
  }));
  CHECK(state == "57014");
}

TEST_CASE("connections over the accept rate wait, all are served, and the log says so",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy({"--accept-rate", "4"});
  std::vector<Connection> all;
  for (int i = 0; i < 7; ++i) {
    all.push_back(connect(proxy.dsn()));
    CHECK(PQstatus(all.back().get()) == CONNECTION_OK);
  }
  CHECK(logged(proxy, "limit=accept-rate value=4 reached: new connections wait"));
}

TEST_CASE("a client that does not say what it wants is closed after the start-up timeout",
          "[lab][proxy][postgres]") {
  ProxyProcess proxy({"--startup-timeout", "1"});
  ride::test::Child silent({"bash", "-c",
                            "exec 3<>/dev/tcp/127.0.0.1/" + std::to_string(proxy.port()) +
                                "; printf '\\0\\0\\0\\x20\\0\\3\\0\\0user' >&3; cat <&3"});
  CHECK(silent.wait() == 0);
  CHECK(silent.output().empty());
  CHECK(logged(proxy, "sent no complete start-up packet in time: closed"));
  CHECK(serves(proxy));
}

TEST_CASE("a full disk ends sessions with 53100, and the proxy with a failure",
          "[lab][proxy][postgres]") {
  if (::geteuid() != 0) {
    WARN("not run: a file system of its own needs root");
    return;
  }
  // The rings of the journal fit into it, and little besides.
  const ride::test::TemporaryDirectory folder;
  const auto run = [&](const std::string& words) {
    return run_program({"sh", "-c", words}).exit_code;
  };
  REQUIRE(run("mount -t tmpfs -o size=56m none " + folder.path().string()) == 0);
  {
    ProxyProcess proxy({"--journal", (folder / "j").string()});
    CHECK(proxy.psql("SELECT 'before';").out == "before\n");
    std::ofstream filler(folder / "filler", std::ios::binary);
    const std::string block(1 << 16, 'x');
    while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
    std::string said;
    CHECK(eventually([&] {
      const auto outcome =
          proxy.psql("SELECT repeat('" + std::string(20'000, 'y') + "', 2) \\g /dev/null\n");
      said = outcome.err;
      return said.find("ride cannot record") != std::string::npos;
    }));
    CHECK(logged(proxy, "cannot record any more, every client is refused"));
    const auto refused = connect(proxy.dsn());
    CHECK(PQstatus(refused.get()) == CONNECTION_BAD);
    CHECK(proxy.stop() == 1);
    CHECK(logged(proxy, "ride: not everything was recorded"));
    // What was recorded until then is there once there is room again.
    filler.close();
    std::filesystem::remove(folder / "filler");
    CHECK(run_ride({"audit", "recover", proxy.file().string()}).exit_code == 0);
    const auto story = run_ride({"replay", proxy.file().string()});
    CHECK(story.out.find("SELECT 'before'") != std::string::npos);
  }
  CHECK(run("umount " + folder.path().string()) == 0);
}

TEST_CASE("a storm of garbage changes nothing for a session", "[lab][proxy][postgres]") {
  ProxyProcess proxy({"--threads", "2"});
  const auto session = connect(proxy.dsn());
  for (int i = 0; i < 20; ++i) {
    ride::test::Child garbage(
        {"bash", "-c",
         "head -c 3000 /dev/urandom >/dev/tcp/127.0.0.1/" + std::to_string(proxy.port())});
    garbage.wait();
    const Result result(PQexec(session.get(), "SELECT 1"), PQclear);
    REQUIRE(PQntuples(result.get()) == 1);
  }
  CHECK(serves(proxy));
}
