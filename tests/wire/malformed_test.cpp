// Bytes that cannot be read: they are passed on, so that the server says what it thinks of them;
// what cannot be followed is a gap in the record; and reading begins again where both sides rest.
#include "tests/catch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/wire/wire.hpp"

using namespace ride;
using namespace ride::test;
using protocol::CommandComplete;
using protocol::Query;
using protocol::ReadyForQuery;

namespace {

// A session of a client with a scripted server, start-up done.
struct Scripted {
  Scripted() : recording(options()), client(recording.proxy().port()) {
    client.send(startup());
    server.accept();
    server.receive(startup().size());
    answer("R\0\0\0\x08\0\0\0\0"s + "K\0\0\0\x0c\0\0\x10\x68\1\2\3\4"s + idle_ready);
  }
  proxy::Options options() const {
    proxy::Options out;
    out.upstream = {server.socket_directory(), ScriptedServer::port};
    return out;
  }
  // Each side gets what the other sent, to the byte.
  void ask(const std::string& bytes) {
    client.send(bytes);
    REQUIRE((server.receive(bytes.size()) == bytes));
  }
  void answer(const std::string& bytes) {
    server.send(bytes);
    REQUIRE((client.receive_until(bytes) == bytes));
  }
  std::string how_ended(const std::string& sql) {
    std::int64_t asked = 0;
    for (const auto& query : recording.events("query"))
      if (text(query, "text") == sql) asked = number(query, "seq");
    for (const auto& ended : recording.events("ended"))
      if (number(ended, "request") == asked) return text(ended, "how");
    return asked == 0 ? "not seen" : "open";
  }

  ScriptedServer server;
  Recording recording;
  RawClient client;
};

const auto done = messages(CommandComplete{"SELECT 1"}, ReadyForQuery{});

}  // namespace

TEST_CASE("wire 46: what is no message reaches the server, whose error or end reaches the client",
          "[postgres][wire]") {
  Recording recording;
  const auto broken =
      GENERATE("?\0\0\0\4"s, "Q\0\0\0\3"s, "Q\x7f\xff\xff\xff"s, "Q\xff\xff\xff\xff"s,
               "Q\0\0\0\x07"
               "abc"s,
               "S\0\0\0\5x"s, "C\0\0\0\7ab\0"s);
  INFO(broken);
  const auto bytes = startup() + messages(Query{"SELECT 'before'"}) + broken;
  const auto words = [&](const RawClient& client) {
    client.send(bytes);
    client.finish_sending();
    std::string out;
    for (const auto& [tag, body] : split(client.receive_all()))
      if (tag != 'K') out += tag + body;
    return out;
  };
  const RawClient direct(own_server());
  const RawClient through(recording.proxy().port());
  CHECK((words(through) == words(direct)));
  REQUIRE(recording.has("connection_closed"));
  CHECK(text(recording.events("ended").at(0), "how") == "complete");
  CHECK(recording.events("gap").empty());  // nothing came of it that the record lacks
}

TEST_CASE(
    "wire 46: a request that cannot be read is a gap, and the session is followed again (scripted "
    "server)",
    "[wire]") {
  Scripted session;
  session.ask(messages(Query{"SELECT 'before'"}));
  session.answer(done);
  session.ask("y\0\0\0\4"s);  // a server may know more types than ride
  session.answer(messages(CommandComplete{"EXTENDED"}, ReadyForQuery{}));
  session.ask(messages(Query{"SELECT 'first behind'"}));
  session.answer(done);
  session.ask(messages(Query{"SELECT 'followed'"}));
  session.answer(done);
  CHECK(session.how_ended("SELECT 'before'") == "complete");
  CHECK(session.how_ended("SELECT 'first behind'") == "cut");  // its answer might be another's
  CHECK(session.how_ended("SELECT 'followed'") == "complete");
  CHECK_FALSE(session.recording.events("gap").empty());
}

TEST_CASE(
    "wire 46: an answer that cannot be read is a gap at once, and the session is followed again "
    "(scripted server)",
    "[wire]") {
  Scripted session;
  session.ask(messages(Query{"SELECT 'unread'"}));
  session.answer("D\xff\xff\xff\xff of no length at all"s);
  CHECK(session.recording.has("gap"));
  CHECK(session.how_ended("SELECT 'unread'") == "cut");
  session.answer("more of it" + idle_ready);
  session.ask(messages(Query{"SELECT 'first behind'"}));
  session.answer(done);
  session.ask(messages(Query{"SELECT 'followed'"}));
  session.answer(done);
  CHECK(session.how_ended("SELECT 'first behind'") == "cut");
  CHECK(session.how_ended("SELECT 'followed'") == "complete");
}

TEST_CASE(
    "wire 46: reading does not begin again inside a transaction or inside a message (scripted "
    "server)",
    "[wire]") {
  Scripted session;
  session.ask("y\0\0\0\4"s);
  session.answer(
      messages(CommandComplete{"BEGIN"}, ReadyForQuery{protocol::TxStatus::in_transaction}));
  session.ask(messages(Query{"SELECT 'in a transaction'"}));
  session.answer(done);
  // The second half of a message, sent when the server is at rest.
  session.ask("SELECT 'half'\0"s + messages(Query{"SELECT 'behind a half'"}).substr(0, 9));
  session.answer(done);
  CHECK(session.how_ended("SELECT 'in a transaction'") == "not seen");
  CHECK(session.how_ended("SELECT 'behind a half'") == "not seen");
  session.ask(messages(Query{"SELECT 'first behind'"}));
  session.answer(done);
  session.ask(messages(Query{"SELECT 'followed'"}));
  session.answer(done);
  CHECK(session.how_ended("SELECT 'followed'") == "complete");
}

TEST_CASE(
    "wire 46: a secret prepared while nothing could be read is not recorded behind it (scripted "
    "server)",
    "[wire]") {
  Scripted session;
  session.ask("y\0\0\0\4"s);
  session.answer(messages(CommandComplete{"PREPARE"}, ReadyForQuery{}));
  for (int round = 0; round < 2; ++round) {
    std::string parameters = "\0\0\0\1\0\0\0\x0epLaNtEd-secret"s;
    session.ask(messages(protocol::Bind{"", "prepared", parameters}, protocol::Execute{},
                         protocol::Sync{}));
    session.answer("2\0\0\0\4"s + done);
  }
  CHECK(session.recording.events("bind").size() == 2);
  CHECK(session.recording.journal_bytes().find("pLaNtEd-secret") == std::string::npos);
}

TEST_CASE(
    "wire 46: a connection in a protocol that only the server knows is a gap (scripted server)",
    "[wire]") {
  ScriptedServer server;
  proxy::Options options;
  options.upstream = {server.socket_directory(), ScriptedServer::port};
  Recording recording(options);
  const RawClient client(recording.proxy().port());
  const auto packet = startup(4U << 16U);
  client.send(packet);
  server.accept();
  REQUIRE((server.receive(packet.size()) == packet));
  server.send("welcome");
  CHECK(client.receive_until("welcome") == "welcome");
  CHECK(recording.has("gap"));
}
