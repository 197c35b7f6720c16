// The PROXY protocol, version 2, before anything else on a connection.
#include <string>

#include "protocol/messages.hpp"
#include "tests/catch.hpp"
#include "tests/proxy/recording.hpp"
#include "tests/support/eventually.hpp"

using namespace ride;
using namespace ride::test;
using namespace std::string_literals;

namespace {

std::string startup() {
  std::string out;
  protocol::encode(
      protocol::StartupMessage{.parameters = Bytes("user\0oncall\0database\0postgres\0", 30)}, out);
  return out;
}

const auto start = "\r\n\r\n\0\r\nQUIT\n"s;
const auto announcement =
    start + "\x21\x11\x00\x0c\xcb\x00\x71\x07\x7f\x00\x00\x01\xc8\x23\x19\x20"s;
const auto ready = "Z\0\0\0\5I"s;

proxy::Options trusting(const char* network) {
  proxy::Options options;
  options.proxy_protocol_from = {*proxy::parse_network(network)};
  return options;
}

std::string opened_peer(Recording& recording) {
  REQUIRE(recording.has("connection_opened"));
  return text(recording.events("connection_opened").at(0), "peer");
}

}  // namespace

TEST_CASE("wire 19: a trusted sender's header names the client in the record",
          "[postgres][proxy][wire]") {
  Recording recording(trusting("127.0.0.0/8"));
  const RawClient client(recording.proxy().port());
  client.send(announcement + startup());
  CHECK(client.receive_until(ready).front() == 'R');
  CHECK(opened_peer(recording).starts_with("203.0.113.7:51235 via 127.0.0.1:"));
}

TEST_CASE("a header may come byte by byte, and TLS may follow it", "[postgres][proxy][wire]") {
  Recording recording(trusting("127.0.0.1"));
  const RawClient client(recording.proxy().port());
  for (const char byte : announcement) client.send(std::string(1, byte));
  std::string ssl;
  protocol::encode_ssl_request(ssl);
  client.send(ssl);
  CHECK(client.receive_some() == "S");
}

TEST_CASE("a sender that speaks for itself is recorded as itself", "[postgres][proxy][wire]") {
  Recording recording(trusting("127.0.0.0/8"));
  const RawClient client(recording.proxy().port());
  client.send(start + "\x20\x00\x00\x00"s + startup());
  CHECK(client.receive_until(ready).front() == 'R');
  CHECK(opened_peer(recording).starts_with("127.0.0.1:"));
}

TEST_CASE(
    "wire 19: who must send a header and sends none, an old or a broken one is closed unanswered",
    "[postgres][proxy][wire]") {
  Recording recording(trusting("127.0.0.0/8"));
  for (const auto& bytes :
       {startup(), "PROXY TCP4 203.0.113.7 127.0.0.1 51235 6432\r\n"s + startup(),
        start + "\x21\x11\x00\x04"s + startup(), start + "\x21\x11\xff\xff"s + startup(),
        start + "\x31\x11\x00\x0c"s + startup()}) {
    const RawClient client(recording.proxy().port());
    client.send(bytes);
    CHECK(client.receive_all().empty());
  }
  CHECK(eventually([&] { return recording.proxy().sessions().empty(); }));
  CHECK(recording.events("connection_opened").empty());
}

TEST_CASE("wire 19: a header of somebody who is not trusted is garbage like any",
          "[postgres][proxy][wire]") {
  for (const bool on : {false, true}) {
    Recording recording(on ? trusting("10.0.0.0/8") : proxy::Options{});
    const RawClient direct(Postgres::instance().socket_directory() + "/.s.PGSQL.5432");
    direct.send(announcement);
    direct.finish_sending();
    const RawClient client(recording.proxy().port());
    client.send(announcement);
    client.finish_sending();
    CHECK(client.receive_all() == direct.receive_all());
    CHECK(opened_peer(recording).starts_with("127.0.0.1:"));
    CHECK(value(recording.connect(), "SELECT 1") == "1");
  }
}
