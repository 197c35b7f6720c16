// Every row of what becomes of channel binding, with libpq and a real server. See
// proxy/binding.hpp.
#include "proxy/binding.hpp"
#include "tests/catch.hpp"
#include "tests/proxy/recording.hpp"
#include "tests/proxy/tls_server.hpp"

using namespace ride;
using namespace ride::test;
using proxy::ClientTls;
using proxy::TlsMode;

namespace {

struct Outcome {
  std::string error;  // "": connected
  bool tls = false;   // on the client's leg
};

Outcome log_in(const Recording& recording, const std::string& sslmode,
               const std::string& channel_binding) {
  const auto connection =
      recording.connect("user=scram_user password=" + std::string(scram_password) +
                        " sslmode=" + sslmode + " channel_binding=" + channel_binding);
  if (PQstatus(connection.get()) != CONNECTION_OK) return {PQerrorMessage(connection.get())};
  REQUIRE(value(connection, "SELECT current_user") == "scram_user");
  return {"", PQsslInUse(connection.get()) == 1};
}

bool mentions(const std::string& text, std::string_view word) {
  return text.find(word) != std::string::npos;
}

proxy::Options to(const proxy::Upstream& upstream, TlsMode mode) {
  proxy::Options options;
  options.upstream = upstream;
  options.upstream_tls.mode = mode;
  return options;
}

// What --explain says is what happens.
void check_expectations(const Recording& recording, const proxy::Legs& legs) {
  for (const auto& row : proxy::expectations(legs)) {
    if (row.direct) continue;  // this libpq may not know it
    const auto outcome =
        log_in(recording, std::string(row.sslmode), std::string(row.channel_binding));
    INFO(row.sslmode << ' ' << row.channel_binding << ": " << row.what << " / " << outcome.error);
    CHECK(outcome.error.empty() == row.works);
    if (row.works) CHECK(outcome.tls == row.what.starts_with("TLS"));
  }
}

}  // namespace

TEST_CASE("wire 7: with the server's own certificate channel_binding=require passes untouched",
          "[postgres][wire]") {
  TlsServer server;
  auto options = to(server.tcp(), TlsMode::require);
  options.tls_certificate_file = server.certificate().certificate;
  options.tls_key_file = server.certificate().key;
  Recording recording(options);
  CHECK(log_in(recording, "require", "require").error.empty());
  const auto ready = recording.events("connection_ready").at(0);
  CHECK(text(ready, "server_tls").starts_with("TLSv1.3 "));
  CHECK(text(ready, "authentication") == "scram-sha-256-plus");
  CHECK(text(ready, "channel_binding") == "p=tls-server-end-point");
  CHECK(text(ready, "binding") == "same-certificate");
  check_expectations(recording, {true, ClientTls::automatic, true, true});
  CHECK_FALSE(mentions(recording.journal_bytes(), scram_password));
}

TEST_CASE("wire 7: before a plain or unix-socket server leg all log in but who requires binding",
          "[postgres][wire]") {
  TlsServer server;
  for (const auto& upstream : {server.tcp(), server.unix_socket()}) {
    Recording recording(to(upstream, TlsMode::off));
    const auto refused = log_in(recording, "require", "require");
    CHECK(mentions(refused.error, "channel binding"));
    check_expectations(recording, {true, ClientTls::automatic, false, false});
  }
}

TEST_CASE("wire 7: a plain client of a server with TLS is not offered PLUS, and logs in",
          "[postgres][wire]") {
  TlsServer server;
  Recording recording(to(server.tcp(), TlsMode::require));
  CHECK(log_in(recording, "disable", "prefer").error.empty());
  const auto ready = recording.events("connection_ready").at(0);
  CHECK(text(ready, "authentication") == "scram-sha-256");
  CHECK(text(ready, "channel_binding") == "n");
  CHECK(text(ready, "binding") == "plain-client");
  // Who asks for TLS is told no, and why is no riddle: ride has another certificate.
  CHECK(mentions(log_in(recording, "require", "disable").error, "server does not support SSL"));
  check_expectations(recording, {true, ClientTls::automatic, true, false});
}

TEST_CASE("wire 7: another certificate than the server's fails binding and works without",
          "[postgres][wire]") {
  TlsServer server;
  auto options = to(server.tcp(), TlsMode::require);
  options.client_tls = ClientTls::always;
  Recording recording(options);
  CHECK(
      mentions(log_in(recording, "require", "prefer").error, "SCRAM channel binding check failed"));
  CHECK(log_in(recording, "require", "disable").tls);
  check_expectations(recording, {true, ClientTls::always, true, false});
}

TEST_CASE("wire 11: passwords of every kind pass, and none is in the record", "[postgres][wire]") {
  TlsServer server;
  for (const auto mode : {TlsMode::off, TlsMode::require}) {
    Recording recording(to(server.tcp(), mode));
    for (const std::string user : {"scram_user", "md5_user", "plain_user"})
      for (const std::string password : {scram_password, "planted-wrong-secret"}) {
        const auto connection = recording.connect("user=" + user + " password=" + password);
        CHECK((PQstatus(connection.get()) == CONNECTION_OK) == (password == scram_password));
      }
    for (const auto& ready : recording.events("connection_ready"))
      CHECK(mentions("scram-sha-256 md5 password", text(ready, "authentication")));
    const auto record = recording.journal_bytes();
    CHECK_FALSE(mentions(record, scram_password));
    CHECK_FALSE(mentions(record, "planted-wrong-secret"));
  }
}

TEST_CASE("the record has the TLS of both legs, and a connection nobody asked for a password",
          "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect("sslmode=require");
  REQUIRE(PQstatus(connection.get()) == CONNECTION_OK);
  const auto ready = recording.events("connection_ready").at(0);
  CHECK(text(ready, "authentication") == "none");
  CHECK(text(ready, "binding") == "plain-server");
  CHECK(ready.if_contains("server_tls") == nullptr);
  CHECK(text(recording.events("connection_opened").at(0), "tls").starts_with("TLSv1"));
}
