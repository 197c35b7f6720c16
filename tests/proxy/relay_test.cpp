// Who may wait for whom: a peer that takes nothing, a ring without room, a journal that failed.
// Only the session concerned may stop.
#include <future>

#include "journal/database.hpp"
#include "protocol/messages.hpp"
#include "tests/catch.hpp"
#include "tests/proxy/recording.hpp"
#include "tests/support/eventually.hpp"

using namespace ride;
using namespace ride::test;

namespace {

std::string startup() {
  std::string out;
  protocol::encode(
      protocol::StartupMessage{.parameters = Bytes("user\0oncall\0database\0postgres\0", 30)}, out);
  return out;
}

std::string query(std::string_view text) {
  std::string out;
  protocol::encode(protocol::Query{text}, out);
  return out;
}

constexpr const char* hundred_megabytes =
    "SELECT repeat('x', 1000000) FROM generate_series(1, 100)";

}  // namespace

TEST_CASE("a client that does not read holds up nobody but itself", "[postgres][proxy]") {
  Recording recording;
  const RawClient lazy(recording.proxy().port());
  lazy.send(startup() + query(hundred_megabytes));
  const auto other = recording.connect();
  for (int i = 0; i < 100; ++i) REQUIRE(value(other, "SELECT 1") == "1");
  CHECK(recording.proxy().sessions().size() == 2);
  // And when it reads after all, it gets everything.
  std::size_t received = 0;
  while (received < 100'000'000) {
    const auto part = lazy.receive_some();
    REQUIRE_FALSE(part.empty());
    received += part.size();
  }
}

TEST_CASE("a client that sends and never reads is held back, in bounded memory",
          "[postgres][proxy]") {
  Recording recording;
  const RawClient flood(recording.proxy().port());
  flood.send(startup());
  std::string batch;
  for (int i = 0; i < 100; ++i) batch += query("SELECT repeat('x', 10000)");
  // Far more answers than all buffers together hold. Sending stops when they are full; the client
  // reads in between so that this test ends, which a pipelining client must do as well.
  std::size_t received = 0;
  for (int i = 0; i < 50; ++i) {
    flood.send(batch);
    while (received < static_cast<std::size_t>(i) * 1'000'000)
      received += flood.receive_some().size();
  }
  while (received < 50'000'000) received += flood.receive_some().size();
  CHECK(value(recording.connect(), "SELECT 1") == "1");
}

TEST_CASE("a full ring holds the clients back, and nothing is lost", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  std::promise<void> drain;
  // While the writer's thread does this, no ring is drained.
  auto writer = std::async(std::launch::async, [&] {
    recording.writer().on_database([&](journal::Database&) { drain.get_future().wait(); });
  });
  std::atomic<int> answered = 0;
  constexpr int queries = 400;
  auto client = std::async(std::launch::async, [&] {
    const std::string text = "SELECT '" + std::string(60'000, 'x') + "'";
    for (int i = 0; i < queries; ++i)
      if (!value(connection, text).empty()) ++answered;
  });
  // 400 queries of 60 KB with as much in answers are three times the ring.
  int before = 0;
  int unchanged = 0;  // looks in a row: a client that is only slow has gone on by then
  REQUIRE(eventually([&] {
    const int now = answered;
    unchanged = now == before && now > 0 ? unchanged + 1 : 0;
    before = now;
    return unchanged == 200;
  }));
  CHECK(answered < queries);
  drain.set_value();
  writer.get();
  client.get();
  CHECK(answered == queries);
  CHECK(recording.events("query").size() == queries);
  CHECK(recording.events("ended").size() == queries);
}

TEST_CASE("a journal that failed ends sessions with 53100 and lets nobody in",
          "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  REQUIRE(value(connection, "SELECT 1") == "1");
  recording.writer().on_database(
      [](journal::Database& database) { database.run("DROP TABLE events"); });
  eventually([&] {
    Result(PQexec(connection.get(), "SELECT 1"), PQclear);
    return PQstatus(connection.get()) == CONNECTION_BAD;
  });
  CHECK(std::string(PQerrorMessage(connection.get())).find("ride cannot record") !=
        std::string::npos);
  const auto late = recording.connect();
  CHECK(std::string(PQerrorMessage(late.get())).find("ride cannot record") != std::string::npos);
}
