// Errors that no PostgreSQL says today: with fields that nobody knows yet, and without an SQLSTATE.
#include "journal/facts/facts.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "sql/worker.hpp"
#include "tests/catch.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/wire/wire.hpp"

using namespace ride;
using namespace ride::test;

namespace {

const auto let_in =
    "R\0\0\0\x08\0\0\0\0"s + "K" + number_bytes(12) + number_bytes(4242) + "\1\2\3\4" + idle_ready;

std::string error(const std::string& body) { return 'E' + number_bytes(body.size() + 4) + body; }

}  // namespace

TEST_CASE(
    "wire 50: an error passes and is recorded as it came, with fields nobody knows and without "
    "an SQLSTATE (scripted server)",
    "[wire]") {
  const auto body = GENERATE("SERROR\0VERROR\0C42P01\0Mno such table\0zunheard of\0\xe9\xff\0\0"s,
                             "SERROR\0Mno code\0\0"s, "\0"s);
  ScriptedServer server;
  proxy::Options options;
  options.upstream = {server.socket_directory(), ScriptedServer::port};
  Recording recording(options);
  const RawClient client(recording.proxy().port());
  client.send(startup());
  server.accept();
  server.receive(startup().size());
  server.send(let_in);
  client.receive_until(idle_ready);
  const auto query = messages(protocol::Query{"SELECT 1"});
  client.send(query);
  REQUIRE(server.receive(query.size()) == query);
  const auto answer = error(body) + idle_ready;
  server.send(answer);
  CHECK((client.receive_until(idle_ready) == answer));
  client.send(messages(protocol::Terminate{}));
  REQUIRE(recording.has("ready"));

  recording.writer().flush();
  journal::Reader reader(recording.writer().file());
  const auto ended = reader.all({.attempt = {}, .kinds = {journal::Kind::ended}, .after = 0});
  REQUIRE(ended.size() == 1);
  const journal::Fields fields(ended[0].body);
  CHECK((fields.get_bytes(journal::Field::error) == body));
  sql::Analyser analyser;
  const auto facts = journal::facts::derive(reader.all(), analyser);
  REQUIRE(facts.statements.size() == 1);
  CHECK(facts.statements[0].outcome == "failed");
  CHECK(facts.statements[0].sqlstate.value_or("none") ==
        (body.find("C42P01") == std::string::npos ? "none" : "42P01"));
  CHECK(facts.gaps.empty());
}
