// Protocol versions and options that client and server settle between them, against servers and
// clients of several major versions.
#include <signal.h>

#include "tests/catch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/rooted_postgres.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/wire/wire.hpp"

using namespace ride;
using namespace ride::test;

namespace {

constexpr std::uint32_t version_3_1 = 3U << 16U | 1U;
constexpr std::uint32_t version_3_9999 = 3U << 16U | 9999U;

proxy::Options before(const std::string& socket_directory) {
  proxy::Options options;
  options.upstream = {socket_directory, 5432};
  return options;
}

// Start-up up to the first ReadyForQuery, as its types and the body of NegotiateProtocolVersion.
std::string settled(const RawClient& client, const std::string& packet) {
  client.send(packet);
  const auto received = client.receive_until(idle_ready);
  return tags(received) + body_of(received, 'v') + std::to_string(body_of(received, 'K').size());
}

void check_versions(const std::string& socket_directory) {
  Recording recording(before(socket_directory));
  for (const auto version : {version_3_0, version_3_1, version_3_2, version_3_9999}) {
    for (const auto& options : std::vector<std::vector<std::string>>{
             {}, {"_pq_.foo", "bar"}, {"_pq_.foo", "bar", "_pq_.baz", ""}}) {
      INFO((version & 0xffffU) << ' ' << options.size());
      const RawClient direct(socket_directory + "/.s.PGSQL.5432");
      const RawClient through(recording.proxy().port());
      const auto said = settled(through, startup(version, options));
      CHECK(said == settled(direct, startup(version, options)));
      // Once at most, and before the server says anything else.
      CHECK((said.starts_with("R") || said.starts_with("vR")));
      CHECK((said.starts_with("v") || (options.empty() && version != version_3_9999)));
    }
  }
}

std::string psql_value(int major, Recording& recording, const std::string& sql) {
  const RootedPsql psql(major,
                        {"host=127.0.0.1 port=" + std::to_string(recording.proxy().port()) +
                             " user=oncall dbname=postgres sslmode=disable",
                         "-c", sql},
                        {"PGMAXPROTOCOLVERSION=3.2"});
  return run(psql.argv, "", psql.options).output;
}

// Interrupts psql 18 in a long statement, in protocol 3.2; what it said.
std::string said_when_interrupted(const RootedPostgres& server, Recording& recording,
                                  const std::string& how) {
  const RootedPsql psql(18,
                        {"host=127.0.0.1 port=" + std::to_string(recording.proxy().port()) +
                         " user=oncall dbname=postgres " + how},
                        {"PGMAXPROTOCOLVERSION=3.2"});
  Child child(psql.argv, psql.options);
  child.write("SELECT pg_sleep(600);\n");
  REQUIRE(eventually([&] {
    return server.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") ==
           "1";
  }));
  child.signal(SIGINT);
  child.wait();
  return child.output();
}

}  // namespace

TEST_CASE(
    "wire 9: NegotiateProtocolVersion passes once, before authentication, as this server says",
    "[postgres][wire]") {
  const auto directory = Postgres::instance().socket_directory();
  Recording recording(before(directory));
  const RawClient client(recording.proxy().port());
  client.send(startup(version_3_9999, {"_pq_.foo", "bar"}));
  const auto received = client.receive_until(idle_ready);
  CHECK(tags(received).starts_with("vR"));
  CHECK(body_of(received, 'v').ends_with("\0\0\0\1_pq_.foo\0"s));
  CHECK(tags(received).find('v', 1) == std::string::npos);
}

TEST_CASE("wire 9: versions 3.0 to 3.9999 and options are settled as directly by PostgreSQL 17",
          "[postgres][wire]") {
  if (skipped_without_postgres(17)) return;
  const RootedPostgres server(17);
  check_versions(server.socket_directory());
}

TEST_CASE("wire 9: versions 3.0 to 3.9999 and options are settled as directly by PostgreSQL 18",
          "[postgres][wire]") {
  if (skipped_without_postgres(18)) return;
  const RootedPostgres server(18);
  check_versions(server.socket_directory());
}

TEST_CASE("wire 9: psql 18 that asks for 3.2 gets in at servers that know it and that do not",
          "[postgres][wire]") {
  if (skipped_without_postgres(17) || skipped_without_postgres(18)) return;
  const auto in_words = "SELECT 'in at ' || current_setting('server_version_num')::int / 10000"s;
  Recording own;
  CHECK(psql_value(18, own, "SELECT 'in'") == "in\n");
  for (const int major : {17, 18}) {
    const RootedPostgres server(major);
    Recording recording(before(server.socket_directory()));
    CHECK(psql_value(18, recording, in_words) == "in at " + std::to_string(major) + '\n');
  }
}

TEST_CASE("wire 13: a key of 32 bytes passes whole, and the cancel that carries it hits",
          "[postgres][wire]") {
  if (skipped_without_postgres(18)) return;
  const RootedPostgres server(18);
  Recording recording(before(server.socket_directory()));
  const RawClient client(recording.proxy().port());
  client.send(startup(version_3_2));
  const auto key = body_of(client.receive_until(idle_ready), 'K');
  REQUIRE(key.size() == 36);
  client.send(messages(protocol::Query{"SELECT pg_sleep(600)"}));
  REQUIRE(eventually([&] {
    return server.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") ==
           "1";
  }));
  const RawClient canceller(recording.proxy().port());
  const auto cancel = number_bytes(44) + number_bytes(protocol::cancel_request_code) + key;
  canceller.send(cancel);
  CHECK(canceller.receive_all().empty());
  const auto received = client.receive_until(idle_ready);
  CHECK(received.find("C57014") != std::string::npos);
  const auto event = recording.events("cancel_requested").at(0);
  CHECK(number(event, "request") == number(recording.events("query").at(0), "seq"));
  // Nothing of the key is recorded.
  CHECK(recording.journal_bytes().find(key.substr(4)) == std::string::npos);
}

TEST_CASE("wire 13: Ctrl-C in psql 18 cancels its statement by a long key", "[postgres][wire]") {
  if (skipped_without_postgres(18)) return;
  const RootedPostgres server(18);
  Recording recording(before(server.socket_directory()));
  CHECK(said_when_interrupted(server, recording, "sslmode=disable")
            .find("canceling statement due to user request") != std::string::npos);
  CHECK(recording.events("cancel_requested").size() == 1);
}

TEST_CASE("wire 15: Ctrl-C in psql 18 comes in plain text and hits its session in TLS",
          "[postgres][wire]") {
  if (skipped_without_postgres(18)) return;
  const RootedPostgres server(18);
  Recording recording(before(server.socket_directory()));
  CHECK(said_when_interrupted(server, recording, "sslmode=require")
            .find("canceling statement due to user request") != std::string::npos);
  CHECK(recording.events("cancel_requested").size() == 1);
  const auto opened = recording.events("connection_opened");
  REQUIRE(opened.size() == 2);
  CHECK(text(opened[0], "tls").starts_with("TLSv1"));
  CHECK(text(opened[1], "tls").empty());
}

TEST_CASE("wire 13: a key of 256 bytes finds its session (scripted server)", "[wire]") {
  ScriptedServer server;
  Recording recording(before(server.socket_directory()));
  const RawClient client(recording.proxy().port());
  client.send(startup(version_3_2));
  server.accept();
  server.receive(startup(version_3_2).size());
  std::string key;
  for (int i = 0; i < 256; ++i) key.push_back(static_cast<char>(i));
  const auto start =
      "R\0\0\0\x08\0\0\0\0"s + "K" + number_bytes(264) + number_bytes(4242) + key + idle_ready;
  server.send(start);
  CHECK((client.receive_until(idle_ready) == start));
  const auto query = messages(protocol::Query{"SELECT pg_sleep(600)"});
  client.send(query);
  CHECK((server.receive(query.size()) == query));

  const RawClient canceller(recording.proxy().port());
  const auto cancel =
      number_bytes(268) + number_bytes(protocol::cancel_request_code) + number_bytes(4242) + key;
  canceller.send(cancel);
  server.accept();
  CHECK((server.receive(cancel.size()) == cancel));
  server.close();
  CHECK(canceller.receive_all().empty());
  const auto event = recording.events("cancel_requested").at(0);
  CHECK(number(event, "request") == number(recording.events("query").at(0), "seq"));
}
