// Authentication by tokens as long as PostgreSQL takes them. PostgreSQL 18 knows OAUTHBEARER, but
// no package holds a validator for it, so the server is a scripted one that asks as 18 does.
#include "tests/catch.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/wire/wire.hpp"

using namespace ride;
using namespace ride::test;

namespace {

std::string message(char tag, const std::string& body) {
  return tag + number_bytes(body.size() + 4) + body;
}

}  // namespace

TEST_CASE("wire 12: a token of 65,535 bytes passes whole and is not recorded (scripted server)",
          "[wire]") {
  ScriptedServer server;
  proxy::Options options;
  options.upstream = {server.socket_directory(), ScriptedServer::port};
  Recording recording(options);
  const RawClient client(recording.proxy().port());
  client.send(startup());
  server.accept();
  server.receive(startup().size());
  const auto offer = message('R', number_bytes(10) + "OAUTHBEARER\0\0"s);
  server.send(offer);
  CHECK(client.receive_until(offer) == offer);

  std::string token = "n,,\1auth=Bearer pLaNtEd-token-";
  constexpr std::size_t token_bytes_max = 65'535;
  token.resize(token_bytes_max - 2, 'x');
  token += "\1\1";
  const auto initial = message('p', "OAUTHBEARER\0"s + number_bytes(token.size()) + token);
  client.send(initial);
  CHECK((server.receive(initial.size()) == initial));
  // Refused with a document as long, which the client acknowledges before the error comes.
  const auto challenge = message('R', number_bytes(11) + std::string(token_bytes_max, 'c'));
  server.send(challenge);
  CHECK((client.receive_until(challenge) == challenge));
  const auto dummy = message('p', "\1");
  client.send(dummy);
  CHECK(server.receive(dummy.size()) == dummy);
  server.send(message('R', number_bytes(0)) + idle_ready);
  client.receive_until(idle_ready);
  CHECK(recording.has("connection_ready"));
  const auto on_disk = recording.journal_bytes();
  CHECK(on_disk.find("pLaNtEd-token") == std::string::npos);
  CHECK(on_disk.find("ccccccccccccc") == std::string::npos);
  CHECK(recording.events("gap").empty());
}
