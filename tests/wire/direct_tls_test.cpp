// psql 18, which can begin TLS without asking and demand channel binding, through ride.
#include "tests/catch.hpp"
#include "tests/proxy/tls_server.hpp"
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
