// First packets as no well-behaved client sends them, byte by byte.
#include "protocol/messages.hpp"
#include "tests/catch.hpp"
#include "tests/proxy/recording.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/scripted_server.hpp"

using namespace ride;
using namespace ride::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

std::string startup() {
  std::string out;
  protocol::encode(
      protocol::StartupMessage{.parameters = Bytes("user\0oncall\0database\0postgres\0", 30)}, out);
  return out;
}

std::string ssl_request() {
  std::string out;
  protocol::encode_ssl_request(out);
  return out;
}

std::string gssenc_request() {
  std::string out;
  protocol::encode_gssenc_request(out);
  return out;
}

const auto idle_ready = "Z\0\0\0\5I"s;

}  // namespace

TEST_CASE("bytes behind SSLRequest that came before TLS are refused", "[postgres][proxy]") {
  Recording recording;
  const RawClient client(recording.proxy().port());
  client.send(ssl_request() + startup());
  const auto answer = client.receive_all();
  CHECK(answer.find("received unencrypted data after SSL request") != std::string::npos);
  CHECK(answer.find("C08P01") != std::string::npos);
  CHECK(answer.front() == 'E');
}

TEST_CASE("of a client that is gone before it is taken up the address is recorded",
          "[postgres][proxy]") {
  Recording recording;
  for (int i = 0; i < 50; ++i) {
    RawClient client(recording.proxy().port());
    client.send(startup());
    client.reset();
  }
  REQUIRE(eventually([&] { return recording.events("connection_closed").size() == 50; }));
  for (const auto& opened : recording.events("connection_opened"))
    CHECK(text(opened, "peer").starts_with("127.0.0.1:"));
}

TEST_CASE("GSSENCRequest is declined, and the client may go on in either way",
          "[postgres][proxy]") {
  Recording recording;
  const RawClient plain(recording.proxy().port());
  plain.send(gssenc_request());
  CHECK(plain.receive_some() == "N");
  plain.send(startup());
  CHECK(plain.receive_until(idle_ready).front() == 'R');

  const RawClient tls(recording.proxy().port());
  tls.send(gssenc_request());
  CHECK(tls.receive_some() == "N");
  tls.send(ssl_request());
  CHECK(tls.receive_some() == "S");
}

TEST_CASE("a second request of the same kind is refused", "[postgres][proxy]") {
  Recording recording;
  const RawClient client(recording.proxy().port());
  client.send(gssenc_request());
  CHECK(client.receive_some() == "N");
  client.send(gssenc_request());
  CHECK(client.receive_all().find("unsupported frontend protocol 1234.5680") != std::string::npos);
}

TEST_CASE("a client that says nothing is closed in the end", "[postgres][proxy]") {
  proxy::Options options;
  options.limits.startup_wait_max = 50ms;
  Recording recording(options);
  const RawClient silent(recording.proxy().port());
  CHECK(silent.receive_all().empty());
  const RawClient half(recording.proxy().port());
  half.send(startup().substr(0, 20));
  CHECK(half.receive_all().empty());
  CHECK(value(recording.connect(), "SELECT 1") == "1");
}

TEST_CASE("garbage gets the server's own answer, and the proxy goes on", "[postgres][proxy]") {
  Recording recording;
  for (const auto& bytes : {"GET / HTTP/1.1\r\n\r\n"s, "\0\0\0\0\0\0\0\0"s, "\xff\xff\xff\xff\1"s,
                            "\0\0\0\x09\0\3\0\0x"s, "\0\0\0\x08\0\4\0\0"s}) {
    const RawClient direct(Postgres::instance().socket_directory() + "/.s.PGSQL.5432");
    direct.send(bytes);
    direct.finish_sending();
    const RawClient through(recording.proxy().port());
    through.send(bytes);
    through.finish_sending();
    CHECK(through.receive_all() == direct.receive_all());
  }
  CHECK(recording.has("connection_closed"));
  CHECK(text(recording.events("connection_closed").at(0), "how") == "garbage");
  CHECK(value(recording.connect(), "SELECT 1") == "1");
}

TEST_CASE("garbage after start-up ends with the server's FATAL and leaves no gap",
          "[postgres][proxy]") {
  Recording recording;
  const RawClient client(recording.proxy().port());
  client.send(startup());
  client.receive_until(idle_ready);
  client.send("?\0\0\0\4"s);
  CHECK(client.receive_all().find("C08P01") != std::string::npos);
  CHECK(recording.has("connection_closed"));
  CHECK(recording.events("gap").empty());
}

TEST_CASE("half-close: a client that sends no more still gets its answers", "[postgres][proxy]") {
  Recording recording;
  const RawClient client(recording.proxy().port());
  std::string bytes = startup();
  protocol::encode(protocol::Query{"SELECT 'last ' || 'words'"}, bytes);
  client.send(bytes);
  client.finish_sending();
  CHECK(client.receive_all().find("last words") != std::string::npos);
  CHECK(recording.has("connection_closed"));
  CHECK(text(recording.events("connection_closed").at(0), "how") == "client_gone");
}

TEST_CASE("of a client that leaves between the server's key and its readiness the backend is known",
          "[proxy]") {
  ScriptedServer server;
  proxy::Options options;
  options.upstream = {server.socket_directory(), ScriptedServer::port};
  Recording recording(options);
  const auto authenticated = "R\0\0\0\x08\0\0\0\0"s;
  const auto key = "K\0\0\0\x0c\0\0\x10\x68\1\2\3\4"s;
  {
    const RawClient client(recording.proxy().port());
    client.send(startup());
    server.accept();
    server.send(authenticated + key);
    CHECK(client.receive_until(key) == authenticated + key);
  }
  server.hang_up();
  REQUIRE(recording.has("connection_closed"));
  CHECK(recording.events("connection_ready").empty());
  CHECK(number(recording.events("connection_closed").at(0), "pid") == 4200);
}

TEST_CASE("a server that cannot start a backend refuses as of old, and that leaves no gap",
          "[proxy]") {
  ScriptedServer server;
  proxy::Options options;
  options.upstream = {server.socket_directory(), ScriptedServer::port};
  Recording recording(options);
  const RawClient client(recording.proxy().port());
  client.send(startup());
  server.accept();
  const auto refusal =
      "Ecould not fork new process for connection: Resource temporarily unavailable\n\0"s;
  server.send(refusal);
  CHECK(client.receive_until(refusal) == refusal);
  client.finish_sending();
  server.hang_up();
  REQUIRE(recording.has("connection_closed"));
  CHECK(bytes(recording.events("connection_refused").at(0), "error")
            .find("Mcould not fork new process for connection: Resource temporarily unavailable") !=
        std::string::npos);
  CHECK(text(recording.events("connection_closed").at(0), "how") == "fatal");
  CHECK(recording.events("gap").empty());
}

TEST_CASE("a cancel for nobody is passed on, closed and answered by nothing", "[postgres][proxy]") {
  Recording recording;
  const RawClient client(recording.proxy().port());
  std::string bytes;
  protocol::encode(protocol::CancelRequest{4242, Bytes("\1\2\3\4", 4)}, bytes);
  client.send(bytes);
  CHECK(client.receive_all().empty());
  const auto cancel = recording.events("cancel_requested").at(0);
  CHECK(number(cancel, "request") == 0);
}

TEST_CASE("no server behind the proxy is a clear FATAL", "[proxy]") {
  proxy::Options options;
  options.upstream = {"/nonexistent", 5432};
  Recording recording(options);
  const RawClient client(recording.proxy().port());
  client.send(startup());
  const auto answer = client.receive_all();
  CHECK(answer.find("C08006") != std::string::npos);
  CHECK(answer.find("/nonexistent/.s.PGSQL.5432: No such file or directory") != std::string::npos);
  CHECK(recording.events("connection_refused").size() == 1);
}
