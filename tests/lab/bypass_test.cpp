// Who connects to the sandbox's server around the proxy leaves an event, and the card says so. Who
// comes through the proxy, however oddly, is never accused of it.
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "base/json.hpp"
#include "journal/reader.hpp"
#include "tests/catch.hpp"
#include "tests/lab/lab.hpp"
#include "tests/support/eventually.hpp"

using namespace ride::lab;
using ride::journal::Kind;
namespace json = boost::json;

namespace {

using Session = std::unique_ptr<PGconn, decltype(&PQfinish)>;

// psql at the server's own socket.
Outcome psql_around(const Lab& lab, const std::string& sql, const std::string& name = "psql") {
  return run_program({"psql", "-X", "-d",
                      "host=" + lab.run_value("private_folder") +
                          "/socket user=oncall dbname=app_db application_name=" + name,
                      "-c", sql});
}

std::size_t events_of(const Lab& lab, Kind kind) {
  ride::journal::Reader reader(lab.file());
  return reader.all({.attempt = {}, .kinds = {kind}, .after = 0}).size();
}

json::array incomplete(const Lab& lab) {
  return json::parse(lab.verdict()).as_object().at("incomplete").as_array();
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// A StartupMessage, and gone: by a reset or by a polite end.
void start_and_vanish(int port, bool reset) {
  using namespace std::string_literals;
  const auto packet = "\0\0\0\x25\0\3\0\0user\0oncall\0database\0app_db\0\0"s;
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
      [[maybe_unused]]
    const auto sent = ::send(socket, packet.data(), packet.size(), MSG_NOSIGNAL);
  const linger at_once{1, 0};
  if (reset) ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(socket);
}

// Every other one vanishes in mid-startup.
void connect_in_a_storm(const Lab& lab, int connections) {
  for (int i = 0; i < connections; ++i) {
    if (i % 2 == 0)
      start_and_vanish(lab.port(), i % 4 == 0);
    else
      Session(PQconnectdb(lab.dsn().c_str()), PQfinish);
  }
}

}  // namespace

TEST_CASE("a psql on the sandbox's socket is an event, a line of status, and on the card",
          "[lab][postgres][bypass]") {
  std::vector<std::string> verdicts;
  for (int run = 0; run < 2; ++run) {
    Lab lab;
    lab.start({"--sandbox", "local"});
    lab.psql("SELECT 1;\n");
    CHECK_FALSE(contains(lab.must({"postgres", "status"}), "incomplete"));
    CHECK(psql_around(lab, "SELECT 'unseen'", "ride").exit_code == 0);
    const auto status = lab.must({"postgres", "status"});
    CHECK(contains(status,
                   "evidence  incomplete: somebody connected around the proxy (oncall in "
                   "app_db, application \"ride\", pid "));
    CHECK(events_of(lab, Kind::bypass) == 1);
    lab.must({"postgres", "status"});
    CHECK(events_of(lab, Kind::bypass) == 1);
    lab.psql_file("solutions/page.sql");
    const auto card = lab.submit();
    INFO(card);
    CHECK(contains(card, "Evidence incomplete since #1: somebody connected to the server around"));
    CHECK(contains(card, "a session that neither the proxy nor ride made: oncall in app_db"));
    verdicts.push_back(lab.verdict());
    CHECK(verdicts.back() == verdicts.front());
    CHECK_FALSE(contains(verdicts.back(), "pid"));
    // The end state stands. What was done around the proxy may have been anything: a change before
    // what was seen, or a trap.
    CHECK(lab.card().detect == 0);
    CHECK(lab.card().fix == 30);
    CHECK(lab.card().trap == 0);
    CHECK(contains(lab.must({"replay", lab.file().string()}),
                   "somebody connected around the proxy: oncall in app_db"));
  }
}

TEST_CASE("a session around the proxy counts while it is open, and without any other command",
          "[lab][postgres][bypass]") {
  Lab lab;
  lab.start({"--sandbox", "local"});
  const auto around = "host=" + lab.run_value("private_folder") + "/socket user=oncall";
  const Session session(PQconnectdb((around + " dbname=tenant_b").c_str()), PQfinish);
  REQUIRE(PQstatus(session.get()) == CONNECTION_OK);
  CHECK(ride::test::eventually([&] { return events_of(lab, Kind::bypass) == 1; }));
  CHECK(contains(lab.submit(), "Evidence incomplete from the start: somebody connected"));
  CHECK(events_of(lab, Kind::bypass) == 1);
  REQUIRE(incomplete(lab).size() == 1);
}

TEST_CASE("the file of a killed supervisor tells of a session around the proxy too",
          "[lab][postgres][bypass]") {
  Lab lab;
  lab.start({"--sandbox", "local"});
  lab.psql("SELECT 1;\n");
  psql_around(lab, "SELECT 'unseen'");
  lab.must({"postgres", "log"});
  lab.kill_supervisor();
  CHECK(contains(lab.must({"postgres", "status"}), "interrupted"));
  REQUIRE(incomplete(lab).size() == 1);
  CHECK(incomplete(lab)[0].as_object().at("kind").as_string() == "bypass");
}

TEST_CASE("quick connections through the proxy, half of them gone in mid-startup, accuse nobody",
          "[lab][postgres][bypass]") {
  Lab lab;
  lab.start({"--sandbox", "local"});
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) clients.emplace_back([&lab] { connect_in_a_storm(lab, 25); });
  for (auto& client : clients) client.join();
  lab.must({"postgres", "status"});
  connect_in_a_storm(lab, 20);
  lab.submit();
  INFO(events_of(lab, Kind::connection_ready) << " of 220 became ready");
  CHECK(events_of(lab, Kind::bypass) == 0);
  CHECK(incomplete(lab).empty());
}

TEST_CASE("refused connections and ended actors accuse nobody", "[lab][postgres][bypass]") {
  Lab lab;
  lab.start({"--sandbox", "local"});
  const auto at = "host=127.0.0.1 port=" + std::to_string(lab.port()) + " ";
  const std::vector<std::string> refused{
      "user=oncall dbname=no_such_database", "user=postgres dbname=app_db password=guess",
      "user=nobody dbname=app_db", "user=oncall dbname=app_db replication=database",
      "user=oncall dbname=app_db options='-c log_connections=off'"};
  for (const auto& target : refused)
    CHECK(run_program({"psql", "-X", "-d", at + target, "-c", "SELECT 1"}).exit_code != 0);
  lab.psql(
      "\\c tenant_a\n"
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name IN "
      "('app_writer', 'old_app');\n"
      "SELECT pg_sleep(0.5);\n"
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
      "'app_writer';\n"
      "\\c app_db\n"
      "SET debug_parallel_query = on;\n"
      "SET force_parallel_mode = on;\n"
      "SELECT count(*) FROM orders;\n");
  lab.must({"postgres", "status"});
  lab.submit();
  CHECK(events_of(lab, Kind::connection_refused) == refused.size());
  CHECK(events_of(lab, Kind::bypass) == 0);
  CHECK(incomplete(lab).empty());
}

TEST_CASE("reset begins an attempt whose evidence is whole again", "[lab][postgres][bypass]") {
  Lab lab;
  lab.start({"--sandbox", "local"});
  psql_around(lab, "SELECT 'unseen'");
  lab.must({"postgres", "reset"});
  CHECK(events_of(lab, Kind::bypass) == 1);
  CHECK_FALSE(contains(lab.must({"postgres", "status"}), "incomplete"));
  lab.psql_file("solutions/page.sql");
  lab.submit();
  CHECK(lab.card().total == 100);
  CHECK(incomplete(lab).empty());
  const auto first = lab.must({"score", lab.file().string(), "--attempt", "1"});
  CHECK(contains(first, "Evidence incomplete from the start"));
}
