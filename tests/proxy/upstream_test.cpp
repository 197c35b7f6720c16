// The leg to the server: TLS of every kind, and servers that do not keep to it.
#include "proxy/upstream.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <stdexcept>
#include <thread>

#include "protocol/messages.hpp"
#include "tests/catch.hpp"
#include "tests/proxy/certificates.hpp"
#include "tests/proxy/recording.hpp"
#include "tests/proxy/tls_server.hpp"
#include "tests/support/eventually.hpp"

using namespace ride;
using namespace ride::test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using proxy::TlsMode;

namespace {

// A server of the test's own on TCP: takes connections one after another and does with each what
// the test says.
class ScriptedTcpServer {
 public:
  explicit ScriptedTcpServer(std::function<void(int)> talk)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), talk_(std::move(talk)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0);
    REQUIRE(::listen(listener_, 5) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] {
      for (int one = accept(); one >= 0; one = accept()) {
        talk_(one);
        ::close(one);
      }
    });
  }
  ~ScriptedTcpServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  ScriptedTcpServer(const ScriptedTcpServer&) = delete;
  ScriptedTcpServer& operator=(const ScriptedTcpServer&) = delete;

  proxy::Upstream upstream() const { return {"127.0.0.1", port_}; }

 private:
  int accept() const { return ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC); }

  int listener_;
  std::uint16_t port_ = 0;
  std::function<void(int)> talk_;
  std::thread thread_;
};

// On the server's thread, where Catch must not be asked: whoever waits for the bytes fails without.
void say(int socket, std::string_view bytes) {
  if (::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0)
    throw std::runtime_error("the scripted server cannot send");
}

void read_all(int socket) {
  std::array<char, 4096> ignored;
  while (::recv(socket, ignored.data(), ignored.size(), 0) > 0) {
  }
}

void read_ssl_request(int socket) {
  std::array<char, 8> request;
  if (::recv(socket, request.data(), request.size(), MSG_WAITALL) != 8)
    throw std::runtime_error("no SSLRequest reached the scripted server");
}

proxy::Options to(const proxy::Upstream& upstream, TlsMode mode) {
  proxy::Options options;
  options.upstream = upstream;
  options.upstream_tls.mode = mode;
  return options;
}

std::string failure(const Recording& recording) {
  return PQerrorMessage(recording.connect().get());
}

const auto own_tls = "SELECT ssl::text FROM pg_stat_ssl WHERE pid = pg_backend_pid()";

}  // namespace

TEST_CASE("the server's leg has TLS in every mode but off", "[postgres][proxy]") {
  TlsServer server;
  for (const auto mode :
       {TlsMode::prefer, TlsMode::require, TlsMode::verify_ca, TlsMode::verify_full}) {
    auto options = to(server.tcp(), mode);
    options.upstream_tls.ca_file = server.certificate().certificate;
    Recording recording(options);
    const auto connection = recording.connect();
    INFO(static_cast<int>(mode) << PQerrorMessage(connection.get()));
    CHECK(value(connection, own_tls) == "true");
    const std::string big(1'000'000, 'x');
    CHECK(value(connection, "SELECT '" + big + "'") == big);
  }
  Recording off(to(server.tcp(), TlsMode::off));
  CHECK(value(off.connect(), own_tls) == "false");
  Recording by_socket(to(server.unix_socket(), TlsMode::require));
  CHECK(value(by_socket.connect(), own_tls) == "false");
}

TEST_CASE("a server without TLS is gone on with in plain where TLS is preferred, and only there",
          "[postgres][proxy]") {
  const auto port = free_port();
  const Postgres server({}, port);
  Recording prefer(to({"127.0.0.1", port}, TlsMode::prefer));
  CHECK(value(prefer.connect(), own_tls) == "false");
  Recording require(to({"127.0.0.1", port}, TlsMode::require));
  CHECK(failure(require).find("the server does not offer TLS") != std::string::npos);
  REQUIRE(require.has("connection_closed"));
  CHECK(text(require.events("connection_closed").at(0), "how") == "server_gone");
}

TEST_CASE("a certificate that is not what it should be is refused where it is asked for",
          "[postgres][proxy]") {
  const TemporaryDirectory directory;
  const auto stranger = make_certificate(directory.path().string(), "stranger", "IP:127.0.0.1");
  TlsServer elsewhere("DNS:db.example");
  auto options = to(elsewhere.tcp(), TlsMode::verify_full);
  options.upstream_tls.ca_file = elsewhere.certificate().certificate;
  {
    Recording recording(options);
    CHECK(failure(recording).find("08006") == std::string::npos);
    CHECK(failure(recording).find("certificate verify failed: IP address mismatch") !=
          std::string::npos);
  }
  options.upstream_tls.server_name = "other.example";
  CHECK(failure(Recording(options)).find("hostname mismatch") != std::string::npos);
  options.upstream_tls.server_name = "db.example";
  CHECK(value(Recording(options).connect(), own_tls) == "true");
  options.upstream_tls.server_name = "";
  options.upstream_tls.mode = TlsMode::verify_ca;
  CHECK(value(Recording(options).connect(), own_tls) == "true");
  options.upstream_tls.ca_file = stranger.certificate;
  CHECK(failure(Recording(options)).find("certificate verify failed: self") != std::string::npos);
  options.upstream_tls.mode = TlsMode::require;
  CHECK(value(Recording(options).connect(), own_tls) == "true");
}

TEST_CASE("an expired certificate is refused", "[postgres][proxy]") {
  TlsServer server("IP:127.0.0.1", -60);
  auto options = to(server.tcp(), TlsMode::verify_full);
  options.upstream_tls.ca_file = server.certificate().certificate;
  CHECK(failure(Recording(options)).find("certificate verify failed: certificate has expired") !=
        std::string::npos);
}

TEST_CASE("the proxy shows a certificate of its own to a server that asks for one",
          "[postgres][proxy]") {
  TlsServer server;
  server.value("ALTER SYSTEM SET ssl_ca_file = '" + server.certificate().certificate + "'");
  server.value("SELECT pg_reload_conf()");
  auto options = to(server.tcp(), TlsMode::require);
  options.upstream_tls.certificate_file = server.certificate().certificate;
  options.upstream_tls.key_file = server.certificate().key;
  Recording recording(options);
  CHECK(eventually([&] {
    return value(recording.connect(),
                 "SELECT client_dn FROM pg_stat_ssl WHERE pid = "
                 "pg_backend_pid()") == "/CN=test";
  }));
}

TEST_CASE("bytes that a server sends in plain behind its yes are refused", "[proxy]") {
  ScriptedTcpServer server([](int socket) {
    read_ssl_request(socket);
    say(socket, "SR\0\0\0\x08\0\0\0\0Z\0\0\0\5I"s);
    read_all(socket);
  });
  for (const auto mode : {TlsMode::prefer, TlsMode::require}) {
    Recording recording(to(server.upstream(), mode));
    CHECK(failure(recording).find("unencrypted data after its answer to SSLRequest") !=
          std::string::npos);
    CHECK(recording.events("connection_ready").empty());
  }
}

TEST_CASE("an error in answer to SSLRequest is shown to nobody who asked for TLS", "[proxy]") {
  const auto words = "Ecould not fork new process for connection\n\0"s;
  ScriptedTcpServer server([&](int socket) {
    read_ssl_request(socket);
    say(socket, words);
    ::shutdown(socket, SHUT_WR);
    read_all(socket);
  });
  {
    Recording recording(to(server.upstream(), TlsMode::require));
    const auto said = failure(recording);
    CHECK(said.find("the server answered SSLRequest with an error") != std::string::npos);
    CHECK(said.find("fork") == std::string::npos);
  }
  // Where TLS is merely preferred, the client learns what it would have learnt without us.
  Recording recording(to(server.upstream(), TlsMode::prefer));
  const RawClient client(recording.proxy().port());
  std::string start;
  protocol::encode(
      protocol::StartupMessage{.parameters = Bytes("user\0oncall\0database\0postgres\0", 30)},
      start);
  client.send(start);
  CHECK(client.receive_all() == words);
}

TEST_CASE("a server that is silent or talks nonsense is given up in time", "[proxy]") {
  for (const auto& answer : {""s, "S"s, "?"s}) {
    ScriptedTcpServer server([&](int socket) {
      read_ssl_request(socket);
      say(socket, answer);
      read_all(socket);
    });
    auto options = to(server.upstream(), TlsMode::require);
    options.limits.connect_wait_max = 100ms;
    Recording recording(options);
    CHECK(failure(recording).find("ride cannot reach the PostgreSQL server at 127.0.0.1:") !=
          std::string::npos);
  }
}

TEST_CASE("direct TLS to a server needs one that knows it", "[postgres][proxy]") {
  TlsServer server;  // PostgreSQL 15 takes the hello for an impossible start-up packet
  auto options = to(server.tcp(), TlsMode::require);
  options.upstream_tls.direct = true;
  Recording recording(options);
  CHECK(failure(recording).find("ride cannot reach the PostgreSQL server") != std::string::npos);
}
