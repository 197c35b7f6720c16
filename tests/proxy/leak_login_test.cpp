// What a client proves itself with, and cancels with, by every method that a server can ask for: no
// byte of it is in the record.
#include "tests/catch.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/wire/wire.hpp"

using namespace ride;
using namespace ride::test;

namespace {

const std::string secret = "pLaNtEd-login-secret-kQwv93";

std::string message(char tag, const std::string& body) {
  return tag + number_bytes(body.size() + 4) + body;
}

std::string authentication(std::uint32_t code, const std::string& more = "") {
  return message('R', number_bytes(code) + more);
}

proxy::Options to(const ScriptedServer& server) {
  proxy::Options options;
  options.upstream = {server.socket_directory(), ScriptedServer::port};
  return options;
}

bool holds(const std::string& bytes, std::string_view what) {
  return bytes.find(what) != std::string::npos;
}

struct Method {
  std::string asks;     // the server's
  std::string answers;  // the client's
};

}  // namespace

TEST_CASE("no answer to a server's question for a password is in the record", "[proxy]") {
  const std::string mechanism = "OAUTHBEARER\0"s;
  for (const auto& method :
       std::vector<Method>{{authentication(3), message('p', secret + '\0')},
                           {authentication(5, "salt"), message('p', "md5" + secret + '\0')},
                           {authentication(7), message('p', "\x60\x82" + secret)},
                           {authentication(9), message('p', secret)},
                           {authentication(10, mechanism + '\0'),
                            message('p', mechanism + number_bytes(secret.size()) + secret)},
                           {authentication(99, secret), message('p', secret)}}) {
    ScriptedServer server;
    Recording recording(to(server));
    const RawClient client(recording.proxy().port());
    client.send(startup());
    server.accept();
    server.receive(startup().size());
    server.send(method.asks);
    CHECK(client.receive_until(method.asks) == method.asks);
    client.send(method.answers);
    CHECK(server.receive(method.answers.size()) == method.answers);
    const auto refusal =
        message('E', "SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0"s);
    server.send(refusal);
    server.close();
    CHECK(client.receive_until(refusal) == refusal);
    REQUIRE(recording.has("connection_refused"));
    const auto record = recording.journal_bytes();
    CHECK(holds(record, "password authentication failed"));
    CHECK_FALSE(holds(record, secret));
  }
}

TEST_CASE("no cancel key is in the record, nor what came instead of a message", "[proxy]") {
  ScriptedServer server;
  Recording recording(to(server));
  const RawClient client(recording.proxy().port());
  client.send(startup(version_3_2));
  server.accept();
  server.receive(startup(version_3_2).size());
  const auto key = number_bytes(4711) + secret;
  const auto begun = authentication(0) + message('K', key) + idle_ready;
  server.send(begun);
  CHECK(client.receive_until(begun) == begun);
  const RawClient canceller(recording.proxy().port());
  const auto cancel = number_bytes(80877102) + key;
  canceller.send(number_bytes(cancel.size() + 4) + cancel);
  server.accept();
  server.receive(cancel.size() + 4);
  REQUIRE(recording.has("cancel_requested"));
  // A password where none was asked for, and bytes that are no message, among them UTF-16.
  std::string wide;
  for (const char c : "ALTER ROLE a PASSWORD '" + secret + "'") wide += {c, '\0'};
  client.send(message('p', secret + '\0') + message('Q', wide) + "\xff\xff" + secret);
  client.finish_sending();
  server.close();
  REQUIRE(recording.has("connection_closed"));
  const auto record = recording.journal_bytes();
  CHECK_FALSE(holds(record, secret));
  CHECK_FALSE(holds(record, wide.substr(46, 20)));
}
