// The two legs as sockets, and what SQL can see of them.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tests/catch.hpp"
#include "tests/proxy/tls_server.hpp"
#include "tests/wire/wire.hpp"

using namespace ride;
using namespace ride::test;

namespace {

int option(int descriptor, int level, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  return getsockopt(descriptor, level, name, &value, &size) == 0 ? value : -1;
}

std::uint16_t port_of(int descriptor, int (*name)(int, sockaddr*, socklen_t*)) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  const bool known = name(descriptor, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  return known && address.sin_family == AF_INET ? ntohs(address.sin_port) : 0;
}

// The connected TCP sockets of this process that the proxy accepted at its port, or has to a
// server.
std::vector<int> legs(std::uint16_t proxy_port, std::uint16_t server_port) {
  std::vector<int> out;
  for (int descriptor = 0; descriptor < 1024; ++descriptor) {
    const bool accepted =
        port_of(descriptor, getsockname) == proxy_port && port_of(descriptor, getpeername) != 0;
    if (accepted || port_of(descriptor, getpeername) == server_port) out.push_back(descriptor);
  }
  return out;
}

const auto who_am_i =
    "SELECT ssl || ' ' || coalesce(host(inet_client_addr()), 'unix') "
    "FROM pg_stat_ssl WHERE pid = pg_backend_pid()"s;

}  // namespace

TEST_CASE("wire 6: a client on a unix socket is offered no encryption, and gets in without",
          "[postgres][wire]") {
  const TemporaryDirectory folder;
  proxy::Options options;
  options.listen = {{folder.path().string(), 5432}};
  Recording recording(options);
  const auto socket = (folder / ".s.PGSQL.5432").string();
  std::string ssl_request;
  protocol::encode_ssl_request(ssl_request);
  std::string gssenc_request;
  protocol::encode_gssenc_request(gssenc_request);
  const RawClient client(socket);
  client.send(ssl_request);
  CHECK(client.receive_some() == "N");
  client.send(gssenc_request);
  CHECK(client.receive_some() == "N");
  client.send(startup());
  CHECK(client.receive_until(idle_ready).front() == 'R');
  // TLS without asking is closed without a word, as a server without it does.
  const RawClient direct(socket);
  direct.send("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s);
  CHECK(direct.receive_all().empty());
}

TEST_CASE("wire 54: both legs have TCP keepalive", "[postgres][wire]") {
  const TlsServer server;
  proxy::Options options;
  options.upstream = server.tcp();
  Recording recording(options);
  const auto connection = recording.connect();
  REQUIRE(value(connection, "SELECT 1") == "1");
  const auto both = legs(recording.proxy().port(), server.port());
  REQUIRE(both.size() == 2);
  for (const int leg : both) CHECK(option(leg, SOL_SOCKET, SO_KEEPALIVE) == 1);
}

TEST_CASE("wire 57: neither leg waits to fill a segment, with TLS as without", "[postgres][wire]") {
  const TlsServer server;
  proxy::Options options;
  options.upstream = server.tcp();
  options.upstream_tls.mode = proxy::TlsMode::require;
  options.client_tls = proxy::ClientTls::always;
  Recording recording(options);
  const auto connection = recording.connect("sslmode=require");
  REQUIRE(value(connection, "SELECT 1") == "1");
  const auto both = legs(recording.proxy().port(), server.port());
  REQUIRE(both.size() == 2);
  for (const int leg : both) CHECK(option(leg, IPPROTO_TCP, TCP_NODELAY) == 1);
}

TEST_CASE(
    "wire 57: an answer that fills its TLS records to the brim comes without another question",
    "[postgres][wire]") {
  Recording recording;
  const auto connection = recording.connect("sslmode=require");
  // Answers around the size of a record, and of several: a byte held back would hang the test.
  for (const int record : {16'384, 2 * 16'384, 4 * 16'384})
    for (int size = record - 64; size <= record + 8; size += 3)
      REQUIRE(value(connection,
                    "SELECT length(r) || ' ' || r FROM repeat('x', " + std::to_string(size) + ") r")
                  .size() == std::to_string(size).size() + 1 + static_cast<std::size_t>(size));
}

TEST_CASE("wire 56: SQL sees the server's leg: its TLS and where it comes from",
          "[postgres][wire]") {
  const TlsServer server;
  proxy::Options plain;
  plain.upstream = server.unix_socket();
  Recording by_unix_socket(plain);
  CHECK(value(by_unix_socket.connect("sslmode=require"), who_am_i) == "false unix");
  proxy::Options encrypted;
  encrypted.upstream = server.tcp();
  encrypted.upstream_tls.mode = proxy::TlsMode::require;
  Recording by_tls(encrypted);
  CHECK(value(by_tls.connect("sslmode=disable"), who_am_i) == "true 127.0.0.1");
}
