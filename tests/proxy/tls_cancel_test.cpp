// Cancels over every transport a client may choose, to a server by every transport of ours.
#include "protocol/messages.hpp"
#include "tests/catch.hpp"
#include "tests/proxy/recording.hpp"
#include "tests/proxy/tls_client.hpp"
#include "tests/proxy/tls_server.hpp"
#include "tests/support/eventually.hpp"

using namespace ride;
using namespace ride::test;
using namespace std::string_literals;

namespace {

const auto idle_ready = "Z\0\0\0\5I"s;

// A session under way in a long statement, and the packet that cancels it.
class Sleeper {
 public:
  Sleeper(const TlsServer& server, std::uint16_t port) : client_(port) {
    std::string bytes;
    protocol::encode(
        protocol::StartupMessage{.parameters = Bytes("user\0oncall\0database\0postgres\0", 30)},
        bytes);
    client_.send(bytes);
    const auto answer = client_.receive_until(idle_ready);
    const auto at = answer.find("K\0\0\0\x0c"s);
    REQUIRE(at != std::string::npos);
    const auto key = protocol::decode_backend_key_data(Bytes(answer).substr(at + 5, 8));
    protocol::encode(protocol::CancelRequest{key->pid, key->key}, cancel_);
    std::string query;
    protocol::encode(protocol::Query{"SELECT pg_sleep(600)"}, query);
    client_.send(query);
    const auto pid = std::to_string(key->pid);
    REQUIRE(eventually([&] {
      return server.value(
                 "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND "
                 "pid = " +
                 pid) == "1";
    }));
  }

  const std::string& cancel() const { return cancel_; }
  std::string outcome() const { return client_.receive_until(idle_ready); }

 private:
  RawClient client_;
  std::string cancel_;
};

std::string ssl_request() {
  std::string out;
  protocol::encode_ssl_request(out);
  return out;
}

}  // namespace

TEST_CASE("wire 15: a cancel hits in plain, after SSLRequest and by direct TLS, and then is closed",
          "[postgres][wire]") {
  TlsServer server;
  for (const auto mode : {proxy::TlsMode::off, proxy::TlsMode::require}) {
    proxy::Options options;
    options.upstream = server.tcp();
    options.upstream_tls.mode = mode;
    options.client_tls = proxy::ClientTls::always;
    Recording recording(options);
    const auto port = recording.proxy().port();
    for (const std::string transport : {"plain", "asked", "direct"}) {
      INFO(transport << static_cast<int>(mode));
      const Sleeper sleeper(server, port);
      TlsClient canceller(port);
      if (transport == "asked") {
        canceller.send_plain(ssl_request());
        REQUIRE(canceller.receive_plain() == "S");
      }
      if (transport == "plain") {
        canceller.send_plain(sleeper.cancel());
        CHECK(canceller.receive_plain().empty());
      } else {
        REQUIRE(canceller.begin_tls(transport == "direct" ? "postgresql" : ""));
        canceller.send(sleeper.cancel());
        CHECK(canceller.receive_all().empty());
      }
      CHECK(sleeper.outcome().find("C57014") != std::string::npos);
    }
    CHECK(recording.events("cancel_requested").size() == 3);
    for (const auto& cancel : recording.events("cancel_requested"))
      CHECK(number(cancel, "request") != 0);
  }
}
