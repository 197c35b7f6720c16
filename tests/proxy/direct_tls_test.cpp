// How a client's TLS may begin: at once or after SSLRequest, and what else is asked for on the way.
#include <algorithm>

#include "protocol/messages.hpp"
#include "tests/catch.hpp"
#include "tests/proxy/recording.hpp"
#include "tests/proxy/tls_client.hpp"
#include "tests/proxy/tls_server.hpp"

using namespace ride;
using namespace ride::test;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

template <typename... Messages>
std::string messages(const Messages&... parts) {
  std::string out;
  (protocol::encode(parts, out), ...);
  return out;
}

std::string startup() {
  return messages(
      protocol::StartupMessage{.parameters = Bytes("user\0oncall\0database\0postgres\0", 30)});
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

// OpenSSL's callback for messages: keeps the size of the largest record that came.
void note_record(int sent, int, int type, const void* header, std::size_t size, SSL*, void* kept) {
  if (sent != 0 || type != SSL3_RT_HEADER || size < 5) return;
  const auto* bytes = static_cast<const unsigned char*>(header);
  auto& largest = *static_cast<std::size_t*>(kept);
  largest = std::max(largest, std::size_t{bytes[3]} << 8U | bytes[4]);
}

const auto idle_ready = "Z\0\0\0\5I"s;

// Without what names the place in the server's source.
std::string told(const std::string& error) {
  std::string out;
  for (const char field : {'S', 'V', 'C', 'M', 'D', 'H'})
    out += std::string(protocol::error_field(Bytes(error).substr(5), field)) + '|';
  return out;
}

}  // namespace

TEST_CASE("wire 1: direct TLS works before a server that does not know it", "[postgres][wire]") {
  Recording recording;
  TlsClient client(recording.proxy().port());
  REQUIRE(client.begin_tls("postgresql", "db.example"));
  CHECK(client.alpn() == "postgresql");
  client.send(startup());
  CHECK(client.receive_until(idle_ready).front() == 'R');
  client.send(messages(protocol::Query{"SELECT 'through ' || 'direct TLS'"}));
  CHECK(client.receive_until(idle_ready).find("through direct TLS") != std::string::npos);
  client.send(messages(protocol::Terminate{}));
  CHECK(client.receive_all().empty());
  const auto query = recording.events("query").at(0);
  CHECK(text(query, "text") == "SELECT 'through ' || 'direct TLS'");
  const auto opened = recording.events("connection_opened").at(0);
  CHECK(text(opened, "server_name") == "db.example");
  CHECK(text(opened, "alpn") == "postgresql");
}

TEST_CASE("wire 2: direct TLS without ALPN `postgresql` is refused before the server is bothered",
          "[postgres][wire]") {
  Recording recording;
  TlsClient without(recording.proxy().port());
  without.begin_tls();
  CHECK(without.receive_all().empty());
  TlsClient other(recording.proxy().port());
  CHECK_FALSE(other.begin_tls("http/1.1"));
  CHECK(other.error().find("no application protocol") != std::string::npos);
  CHECK(recording.events().empty());
  CHECK(value(recording.connect(), "SELECT 1") == "1");
}

TEST_CASE("wire 2: after SSLRequest ALPN is taken up where it is offered, and not demanded",
          "[postgres][wire]") {
  Recording recording;
  for (const auto* offer : {"", "postgresql"}) {
    TlsClient client(recording.proxy().port());
    client.send_plain(ssl_request());
    REQUIRE(client.receive_plain() == "S");
    REQUIRE(client.begin_tls(offer));
    CHECK(client.alpn() == offer);
    client.send(startup());
    CHECK(client.receive_until(idle_ready).front() == 'R');
  }
  TlsClient other(recording.proxy().port());
  other.send_plain(ssl_request());
  REQUIRE(other.receive_plain() == "S");
  CHECK_FALSE(other.begin_tls("h2"));
}

TEST_CASE("wire 1: direct TLS where there is none is closed without a word, and never passed on",
          "[postgres][wire]") {
  TlsServer server;
  const TemporaryDirectory directory;
  journal::Writer writer(directory / "none.ride");
  const Clock clock;
  proxy::Options options;
  options.upstream = server.tcp();
  proxy::Proxy proxy(options, clock, writer);
  proxy.start();
  TlsClient client(proxy.port());
  CHECK_FALSE(client.begin_tls("postgresql"));
  // A hello whose TLS record says so, after a declined request: no packet of any kind.
  TlsClient late(proxy.port());
  late.send_plain(ssl_request());
  CHECK(late.receive_plain() == "N");
  CHECK_FALSE(late.begin_tls("postgresql"));
}

TEST_CASE("wire 3: inside TLS a further SSLRequest or GSSENCRequest is an unsupported protocol",
          "[postgres][wire]") {
  TlsServer server;
  Recording recording;
  for (const auto& request : {ssl_request(), gssenc_request()}) {
    std::vector<std::string> answers;
    for (const auto port : {server.port(), recording.proxy().port()}) {
      TlsClient client(port);
      client.send_plain(ssl_request());
      REQUIRE(client.receive_plain() == "S");
      REQUIRE(client.begin_tls());
      client.send(request);
      answers.push_back(client.receive_all());
    }
    // The server goes on with the versions that it takes, which are not ours to know.
    const auto ours = told(answers[1]);
    CHECK(ours.starts_with("FATAL|FATAL|0A000|unsupported frontend protocol 1234.56"));
    CHECK(told(answers[0]).starts_with(ours.substr(0, ours.find("||"))));
  }
  TlsClient direct(recording.proxy().port());
  REQUIRE(direct.begin_tls("postgresql"));
  direct.send(ssl_request());
  CHECK(direct.receive_all().find("unsupported frontend protocol 1234.5679") != std::string::npos);
}

TEST_CASE("wire 4: plain bytes behind a request that is declined are refused in the server's words",
          "[postgres][wire]") {
  Recording recording;
  const TemporaryDirectory directory;
  journal::Writer writer(directory / "plain.ride");
  const Clock clock;
  proxy::Options options;
  options.upstream = {Postgres::instance().socket_directory(), Postgres::port};
  proxy::Proxy plain(options, clock, writer);
  plain.start();
  for (const auto& request : {ssl_request(), gssenc_request()}) {
    const RawClient direct(Postgres::instance().socket_directory() + "/.s.PGSQL.5432");
    const RawClient through(plain.port());
    std::vector<std::string> answers;
    for (const auto* client : {&direct, &through}) {
      client->send(request + startup());
      answers.push_back(client->receive_all());
      CHECK(answers.back().front() == 'N');
    }
    CHECK(told(answers[0].substr(1)) == told(answers[1].substr(1)));
    CHECK(told(answers[1].substr(1)).find("08P01|received unencrypted data after") !=
          std::string::npos);
  }
}

TEST_CASE("wire 4: plain bytes behind SSLRequest never count as come through TLS",
          "[postgres][wire]") {
  Recording recording;
  const RawClient client(recording.proxy().port());
  client.send(ssl_request() + startup());
  const auto answer = client.receive_all();
  CHECK(told(answer).starts_with("FATAL|FATAL|08P01|received unencrypted data after SSL request"));
  // Sent later, they meet the handshake.
  TlsClient late(recording.proxy().port());
  late.send_plain(ssl_request());
  REQUIRE(late.receive_plain() == "S");
  late.send_plain(startup());
  late.begin_tls();
  CHECK(late.receive_all().empty());
  CHECK(recording.events("connection_started").empty());
}

TEST_CASE("wire 5: GSSENCRequest is declined, before SSLRequest and after it", "[postgres][wire]") {
  Recording recording;
  TlsClient before(recording.proxy().port());
  before.send_plain(gssenc_request());
  CHECK(before.receive_plain() == "N");
  before.send_plain(ssl_request());
  CHECK(before.receive_plain() == "S");
  REQUIRE(before.begin_tls());
  before.send(startup());
  CHECK(before.receive_until(idle_ready).front() == 'R');

  const TemporaryDirectory directory;
  journal::Writer writer(directory / "plain.ride");
  const Clock clock;
  proxy::Options options;
  options.upstream = {Postgres::instance().socket_directory(), Postgres::port};
  proxy::Proxy plain(options, clock, writer);
  plain.start();
  const RawClient after(plain.port());
  for (const auto& request : {ssl_request(), gssenc_request()}) {
    after.send(request);
    CHECK(after.receive_some() == "N");
  }
  after.send(startup());
  CHECK(after.receive_until(idle_ready).front() == 'R');
}

TEST_CASE("garbage in place of a handshake ends that connection alone", "[postgres][proxy]") {
  proxy::Options options;
  options.limits.startup_wait_max = 50ms;
  Recording recording(options);
  const RawClient garbage(recording.proxy().port());
  garbage.send("\x16\x03\x01"s + std::string(600, 'x'));
  garbage.receive_all();
  const RawClient after_request(recording.proxy().port());
  after_request.send(ssl_request());
  CHECK(after_request.receive_some() == "S");
  after_request.send("GET / HTTP/1.1\r\n\r\n");
  after_request.receive_all();
  // And who stops half-way is closed in time.
  const RawClient half(recording.proxy().port());
  half.send("\x16\x03\x01\x02\x00\x01"s);
  CHECK(half.receive_all().empty());
  const RawClient silent(recording.proxy().port());
  silent.send(ssl_request());
  CHECK(silent.receive_until("S") == "S");
  CHECK(silent.receive_all().empty());
  CHECK(value(recording.connect(), "SELECT 1") == "1");
}

TEST_CASE("wire 44: close_notify ends one direction, and the answers still come",
          "[postgres][wire]") {
  Recording recording;
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    TlsClient client(recording.proxy().port());
    client.send_plain(ssl_request());
    REQUIRE(client.receive_plain() == "S");
    REQUIRE(client.begin_tls("", "", version));
    client.send(startup() +
                messages(protocol::Query{"SELECT repeat('x', 300000) || 'last words'"}));
    client.finish_sending();
    CHECK(client.receive_all().find("last words") != std::string::npos);
  }
}

TEST_CASE("TLS below 1.2 is refused", "[postgres][proxy]") {
  Recording recording;
  TlsClient client(recording.proxy().port());
  client.send_plain(ssl_request());
  REQUIRE(client.receive_plain() == "S");
  CHECK_FALSE(client.begin_tls("", "", TLS1_1_VERSION));
}

// libpq has room for 8 KiB behind what it has not used yet. What a larger record brings beyond that
// stays within OpenSSL, where a program that waits for its socket never sees it.
TEST_CASE("wire 57: no TLS record to a client is larger than PostgreSQL's own",
          "[postgres][wire]") {
  constexpr std::size_t largest_of_postgresql = 8192, encryption_max = 256;
  Recording recording;
  TlsClient client(recording.proxy().port());
  REQUIRE(client.begin_tls("postgresql"));
  client.send(startup());
  client.receive_until(idle_ready);
  std::size_t largest = 0;
  SSL_set_msg_callback(client.ssl(), note_record);
  SSL_set_msg_callback_arg(client.ssl(), &largest);
  client.send(messages(protocol::Query{"SELECT repeat('x', 1000) FROM generate_series(1, 20000)"},
                       protocol::Terminate{}));
  CHECK(client.receive_all().size() > 20'000'000);
  CHECK(largest > largest_of_postgresql / 2);
  CHECK(largest <= largest_of_postgresql + encryption_max);
}
