// Who is let in, when, and to which thread; and what the sockets of both legs are told.
#include "proxy/door.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <filesystem>
#include <set>

#include "protocol/messages.hpp"
#include "tests/catch.hpp"
#include "tests/proxy/recording.hpp"
#include "tests/support/eventually.hpp"

using namespace ride;
using namespace ride::test;
using namespace std::chrono_literals;

namespace {

std::uint16_t port_of(int descriptor, decltype(::getsockname)* which) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (which(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  return address.sin_family == AF_INET ? ntohs(address.sin_port) : std::uint16_t{0};
}

int option(int descriptor, int level, int name) {
  int value = -1;
  socklen_t size = sizeof value;
  ::getsockopt(descriptor, level, name, &value, &size);
  return value;
}

// Our own descriptors that are connected over TCP and are picked.
template <typename Pick>
std::vector<int> sockets(Pick pick) {
  std::vector<int> out;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const int descriptor = std::stoi(entry.path().filename());
    const auto peer = port_of(descriptor, ::getpeername);
    if (peer != 0 && pick(port_of(descriptor, ::getsockname), peer)) out.push_back(descriptor);
  }
  return out;
}

}  // namespace

TEST_CASE("the least loaded thread is next, and idle ones take turns", "[proxy]") {
  CHECK(proxy::least_loaded({3}, 7) == 0);
  CHECK(proxy::least_loaded({3, 1, 2}, 0) == 1);
  CHECK(proxy::least_loaded({3, 1, 1}, 2) == 2);
  CHECK(proxy::least_loaded({0, 0, 0}, 4) == 1);
  CHECK(proxy::least_loaded({0, 9, 0}, 1) == 2);
}

TEST_CASE("sessions that stay weigh on their thread, those that are gone do not",
          "[postgres][proxy]") {
  proxy::Options options;
  options.threads = 2;
  Recording recording(options);
  // Taking turns would put every second one, those that stay, on the same thread.
  std::vector<Connection> staying;
  for (int i = 0; i < 4; ++i) {
    staying.push_back(recording.connect());
    REQUIRE(PQstatus(staying.back().get()) == CONNECTION_OK);
    const auto count = recording.proxy().sessions().size();
    recording.connect().reset();
    REQUIRE(eventually([&] { return recording.proxy().sessions().size() == count; }));
  }
  CHECK(recording.proxy().loads() == std::vector<std::size_t>{2, 2});
}

TEST_CASE("both legs get the keepalive and the timeout that were asked for", "[postgres][proxy]") {
  Recording inner;
  proxy::Options options;
  options.upstream = {"127.0.0.1", inner.proxy().port()};
  options.limits.tcp = {
      .keepalive_idle = 7s, .keepalive_interval = 3s, .keepalive_count = 5, .user_timeout = 9000ms};
  Recording outer(options);
  const auto connection = outer.connect();
  REQUIRE(value(connection, "SELECT 1") == "1");
  const auto own = outer.proxy().port();
  const auto server = inner.proxy().port();
  auto legs = sockets([&](int local, int) { return local == own; });
  REQUIRE(legs.size() == 1);
  const auto second = sockets([&](int, int peer) { return peer == server; });
  REQUIRE(second.size() == 1);
  legs.push_back(second[0]);
  for (const int leg : legs) {
    CHECK(option(leg, SOL_SOCKET, SO_KEEPALIVE) == 1);
    CHECK(option(leg, IPPROTO_TCP, TCP_NODELAY) == 1);
    CHECK(option(leg, IPPROTO_TCP, TCP_KEEPIDLE) == 7);
    CHECK(option(leg, IPPROTO_TCP, TCP_KEEPINTVL) == 3);
    CHECK(option(leg, IPPROTO_TCP, TCP_KEEPCNT) == 5);
    CHECK(option(leg, IPPROTO_TCP, TCP_USER_TIMEOUT) == 9000);
  }
}

TEST_CASE("while too many say nothing, others wait outside and lose nothing", "[postgres][proxy]") {
  proxy::Options options;
  options.limits.undecided_max = 2;
  Recording recording(options);
  const auto session = recording.connect();
  REQUIRE(value(session, "SELECT 1") == "1");
  auto silent = std::make_unique<RawClient>(recording.proxy().port());
  const RawClient another(recording.proxy().port());
  REQUIRE(eventually([&] { return recording.proxy().sessions().size() == 3; }));
  const RawClient late(recording.proxy().port());
  std::string startup;
  protocol::encode(
      protocol::StartupMessage{.parameters = Bytes("user\0oncall\0database\0postgres\0", 30)},
      startup);
  late.send(startup);
  // The one thread answers this after it could have taken the late one.
  CHECK(value(session, "SELECT 2") == "2");
  CHECK(recording.proxy().sessions().size() == 3);
  silent.reset();
  CHECK(late.receive_until(std::string("Z\0\0\0\5I", 6)).front() == 'R');
}
