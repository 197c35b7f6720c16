// Start-up packets, good and bad: the server judges them, in its own words.
#include "tests/catch.hpp"
#include "tests/wire/wire.hpp"

using namespace ride;
using namespace ride::test;

namespace {

std::string with_length(std::uint32_t length, const std::string& rest) {
  return number_bytes(length) + rest;
}

// What the server says to the end, but for the backend's pid and key.
std::string answer(const RawClient& client, const std::string& bytes) {
  client.send(bytes);
  client.finish_sending();
  const auto received = client.receive_all();
  std::string out;
  for (const auto& [tag, body] : split(received)) out += tag + (tag == 'K' ? ""s : body);
  return out.empty() ? received : out;
}

std::string padded_startup(std::size_t size) {  // valid, of that size
  const auto empty = startup(version_3_0, {"ride.padding", ""});
  return startup(version_3_0, {"ride.padding", std::string(size - empty.size(), 'x')});
}

}  // namespace

TEST_CASE("wire 8: start-up packets at and beyond the limits get the server's own answer",
          "[postgres][wire]") {
  Recording recording;
  const auto rest = startup().substr(4);
  auto unterminated = startup();
  unterminated.pop_back();
  const std::vector<std::string> packets = {
      padded_startup(10'004),                            // the longest there is
      padded_startup(10'005),                            // and one byte more
      with_length(7, rest),                              // shorter than its own header
      with_length(8, number_bytes(version_3_0)),         // no terminator
      with_length(9, number_bytes(version_3_0) + '\0'),  // no user
      with_length(0, rest),
      with_length(0xffffffff, rest),
      number_bytes(unterminated.size()) + unterminated.substr(4),
      with_length(static_cast<std::uint32_t>(rest.size()) + 5, rest + 'x'),  // not the last byte
      number_bytes(unterminated.size() + 3) + unterminated.substr(4) + "ab"s + '\0',
  };
  for (const auto& packet : packets) {
    INFO(packet.size() << " bytes: " << packet.substr(0, 60));
    const RawClient direct(own_server());
    const RawClient through(recording.proxy().port());
    CHECK((answer(through, packet) == answer(direct, packet)));
  }
}

TEST_CASE("wire 8: a start-up parameter that only the server knows reaches it as it was sent",
          "[postgres][wire]") {
  Recording recording;
  const RawClient client(recording.proxy().port());
  client.send(startup(version_3_0, {"ride.custom", "from the client", "search_path", "a, b"}) +
              messages(protocol::Query{"SELECT current_setting('ride.custom')"},
                       protocol::Query{"SHOW search_path"}, protocol::Terminate{}));
  const auto received = client.receive_all();
  CHECK(received.find("from the client") != std::string::npos);
  CHECK(received.find("a, b") != std::string::npos);
}

TEST_CASE("wire 8: a start-up parameter that the server does not know is refused by the server",
          "[postgres][wire]") {
  Recording recording;
  const auto packet = startup(version_3_0, {"no_such_setting", "1"});
  const RawClient direct(own_server());
  const RawClient through(recording.proxy().port());
  const auto said = answer(through, packet);
  CHECK(said == answer(direct, packet));
  CHECK(said.find("C42704") != std::string::npos);
}

TEST_CASE("wire 10: a client of protocol 2 gets the error of protocol 2, to the last byte",
          "[postgres][wire]") {
  Recording recording;
  std::string packet = number_bytes(296) + number_bytes(2U << 16U) + "postgres";
  packet.resize(296, '\0');
  const RawClient direct(own_server());
  const RawClient through(recording.proxy().port());
  direct.send(packet);
  through.send(packet);
  const auto said = through.receive_all();
  CHECK((said == direct.receive_all()));
  CHECK(said.starts_with("EFATAL:  unsupported frontend protocol 2.0"));
  REQUIRE(recording.has("connection_closed"));
  CHECK(text(recording.events("connection_closed").at(0), "how") == "garbage");
  CHECK(recording.events("gap").empty());
}

TEST_CASE("wire 18: a start-up that fails behind AuthenticationOk ends in the server's FATAL alone",
          "[postgres][wire]") {
  Recording recording;
  const RawClient client(recording.proxy().port());
  client.send(startup(version_3_0, {"work_mem", "much"}));
  CHECK(tags(client.receive_all()) == "RE");
  REQUIRE(recording.has("connection_closed"));
  CHECK(recording.events("connection_refused").size() == 1);
  CHECK(text(recording.events("connection_closed").at(0), "how") == "fatal");
}

TEST_CASE("wire 18: a server that takes nobody refuses before authentication, in its own words",
          "[postgres][wire]") {
  Recording recording;
  Postgres::instance().value("CREATE ROLE limited LOGIN CONNECTION LIMIT 0");
  const auto refused = recording.connect("user=limited");
  Postgres::instance().value("DROP ROLE limited");
  CHECK(std::string(PQerrorMessage(refused.get())).find("too many connections for role") !=
        std::string::npos);
  const auto event = recording.events("connection_refused").at(0);
  CHECK(bytes(event, "error").find("C53300") != std::string::npos);
}

TEST_CASE("wire 8: a byte in the terminator's place is taken, and the session is recorded",
          "[postgres][wire]") {
  Recording recording;
  auto packet = startup();
  packet.back() = 'x';
  const RawClient client(recording.proxy().port());
  client.send(packet);
  CHECK(client.receive_until(idle_ready).front() == 'R');
  std::string query;
  protocol::encode(protocol::Query{"SELECT 'not blind'"}, query);
  client.send(query);
  CHECK(client.receive_until(idle_ready).find("not blind") != std::string::npos);
  REQUIRE(recording.has("query"));
  CHECK(text(recording.events("query").at(0), "text") == "SELECT 'not blind'");
  CHECK(text(recording.events("connection_started").at(0), "user") == "oncall");
}
