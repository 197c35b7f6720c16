// psql 18, which can begin TLS without asking and demand channel binding, through ride.
#include <array>
#include <fstream>
#include <iterator>

#include "tests/catch.hpp"
#include "tests/proxy/certificates.hpp"
#include "tests/proxy/tls_server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/rooted_postgres.hpp"
#include "tests/wire/wire.hpp"

using namespace ride;
using namespace ride::test;

namespace {

Finished psql_18(Recording& recording, const std::string& how, const std::string& sql) {
  const RootedPsql psql(18,
                        {"host=127.0.0.1 port=" + std::to_string(recording.proxy().port()) +
                             " dbname=postgres " + how,
                         "-c", sql},
                        {"PGMAXPROTOCOLVERSION=3.2", std::string("PGPASSWORD=") + scram_password});
  return run(psql.argv, "", psql.options);
}

std::string content(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("wire 1: psql 18 with direct TLS reaches a server that does not know it",
          "[postgres][wire]") {
  if (skipped_without_postgres(18)) return;
  Recording recording;
  const auto said =
      psql_18(recording, "user=oncall sslmode=require sslnegotiation=direct", "SELECT 'in'");
  CHECK(said.output == "in\n");
  CHECK(text(recording.events("connection_opened").at(0), "tls").starts_with("TLSv1.3"));
}

TEST_CASE("wire 1: psql 18 with direct TLS and protocol 3.2 reaches PostgreSQL 18",
          "[postgres][wire]") {
  if (skipped_without_postgres(18)) return;
  const RootedPostgres server(18);
  proxy::Options options;
  options.upstream = {server.socket_directory(), RootedPostgres::port};
  Recording recording(options);
  const auto said =
      psql_18(recording, "user=oncall sslmode=require sslnegotiation=direct", "SELECT 'in'");
  CHECK(said.output == "in\n");
}

TEST_CASE("wire 1: ride itself begins with TLS at PostgreSQL 17, which shows who it is",
          "[postgres][wire]") {
  if (skipped_without_postgres(17)) return;
  const auto port = free_port();
  const RootedPostgres server(17, {}, "host all all 127.0.0.1/32 trust\n", port);
  const TemporaryDirectory folder;
  const auto certificate = make_certificate(folder.path().string(), "server", "IP:127.0.0.1");
  server.put("server.crt", content(certificate.certificate));
  server.put("server.key", content(certificate.key));
  server.value("ALTER SYSTEM SET ssl = on");
  server.value("SELECT pg_reload_conf()");
  REQUIRE(eventually([&] { return server.value("SHOW ssl") == "on"; }));
  proxy::Options options;
  options.upstream = {"127.0.0.1", port};
  options.upstream_tls.mode = proxy::TlsMode::verify_full;
  options.upstream_tls.direct = true;
  options.upstream_tls.ca_file = certificate.certificate;
  Recording recording(options);
  const auto connection = recording.connect();
  CHECK(value(connection, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()") == "t");
  // A cancel goes the same way.
  REQUIRE(PQsendQuery(connection.get(), "SELECT pg_sleep(600)") == 1);
  REQUIRE(eventually([&] {
    return server.value("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") ==
           "1";
  }));
  const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel(PQgetCancel(connection.get()),
                                                                  PQfreeCancel);
  std::array<char, 256> error{};
  CHECK(PQcancel(cancel.get(), error.data(), static_cast<int>(error.size())) == 1);
  CHECK(sqlstate(Result(PQgetResult(connection.get()), PQclear)) == "57014");
  CHECK(text(recording.events("connection_ready").at(0), "server_tls").starts_with("TLSv1.3"));
}

TEST_CASE(
    "wire 7: psql 18 with direct TLS and channel_binding=require logs in where ride holds the "
    "server's certificate",
    "[postgres][wire]") {
  if (skipped_without_postgres(18)) return;
  const TlsServer server;
  proxy::Options options;
  options.upstream = server.tcp();
  options.upstream_tls.mode = proxy::TlsMode::require;
  options.tls_certificate_file = server.certificate().certificate;
  options.tls_key_file = server.certificate().key;
  Recording recording(options);
  for (const auto* negotiation : {"direct", "postgres"}) {
    const auto said = psql_18(recording,
                              "user=scram_user sslmode=require channel_binding=require "
                              "sslnegotiation=" +
                                  std::string(negotiation),
                              "SELECT current_user");
    CHECK(said.output == "scram_user\n");
  }
  CHECK(recording.journal_bytes().find(scram_password) == std::string::npos);
}
