// The same client bytes to PostgreSQL directly and through the proxy: the server's bytes must be
// the same, but for the backend's pid and key.
#include "protocol/messages.hpp"
#include "tests/catch.hpp"
#include "tests/proxy/recording.hpp"

using namespace ride;
using namespace ride::test;
using namespace std::string_literals;

namespace {

std::string startup(Bytes parameters = Bytes("user\0oncall\0database\0postgres\0", 30)) {
  std::string out;
  protocol::encode(protocol::StartupMessage{.parameters = parameters}, out);
  return out;
}

template <typename... Messages>
std::string messages(const Messages&... parts) {
  std::string out;
  (protocol::encode(parts, out), ...);
  return out;
}

// Takes the 8 bytes of pid and key out of BackendKeyData, the only 12-byte message 'K'.
std::string without_key(std::string bytes) {
  const auto at = bytes.find("K\0\0\0\x0c"s);
  return at == std::string::npos ? bytes : bytes.replace(at + 5, 8, "");
}

enum class Pace { at_once, byte_by_byte };

std::string converse(const RawClient& client, const std::string& bytes, Pace pace) {
  if (pace == Pace::at_once)
    client.send(bytes);
  else
    for (const char byte : bytes) client.send({&byte, 1});
  client.finish_sending();
  return without_key(client.receive_all());
}

}  // namespace

TEST_CASE("the server's bytes are the same through the proxy", "[postgres][proxy]") {
  using namespace ride::protocol;
  const auto begin = startup();
  const auto sync_twice = messages(Sync{}, Sync{});
  const std::vector<std::string> conversations = {
      begin + messages(Terminate{}),
      begin,
      begin + messages(Query{"SELECT 1; SELECT 'two'; BOOM; SELECT 3"}, Terminate{}),
      begin + messages(Query{""}, Query{"  ;; "}, Terminate{}),
      begin + messages(Query{"BEGIN"}, Query{"SELECT nothing"}, Query{"SELECT 1"}, Terminate{}),
      begin + messages(Parse{"", "SELECT $1::int"}, Bind{}, Sync{}, Terminate{}),
      begin + messages(Parse{"p", "SELECT generate_series(1, 5)"}, Bind{"c", "p"},
                       Describe{'P', "c"}, Execute{"c", 2}, Execute{"c", 2}, Execute{"c", 0},
                       Sync{}, Execute{"c", 0}, Sync{}, Terminate{}),
      begin + messages(Parse{"a", "SELEC 1"}, Query{"SELECT 1"}, Flush{}, Sync{}, Terminate{}),
      begin + messages(Query{"CREATE TEMP TABLE t (n int)"}, Query{"COPY t FROM STDIN"},
                       CopyData{"1\n2\n"}, Sync{}, CopyDone{}, Query{"COPY t TO STDOUT"},
                       Terminate{}),
      begin + messages(Query{"CREATE TEMP TABLE t (n int)"}, Query{"COPY t FROM STDIN"},
                       CopyData{"one\n"}, CopyDone{}, Terminate{}),
      begin + messages(Query{"CREATE TEMP TABLE t (n int)"}, Query{"COPY t FROM STDIN"},
                       CopyFail{"no"}, Query{"SELECT 1"}, Terminate{}),
      begin + messages(Query{"COPY nowhere FROM STDIN"}, CopyData{"late"}, CopyDone{},
                       Query{"SELECT 1"}, Terminate{}),
      begin +
          messages(Query{"SELECT repeat('x', 300000) FROM generate_series(1, 20)"}, Terminate{}),
      begin + messages(Query{"LISTEN a"}, Query{"DO $$BEGIN RAISE NOTICE 'n'; END$$"},
                       Query{"SET application_name = 'b'"}, Terminate{}),
      begin + messages(FunctionCall{999999}, Terminate{}) + sync_twice,
      begin + "?\0\0\0\4"s,
      begin + "Q\0\0\0\3"s,
      begin +
          "Q\0\0\0\x07"
          "abc"s,
      begin +
          "Q\x7f\xff\xff\xff"
          "abc"s,
      begin + "S\0\0\0\x05x"s + messages(Sync{}),
      begin + messages(Query{"SELECT 1"}).substr(0, 7),
      startup(Bytes("user\0oncall\0database\0nowhere\0", 29)),
      startup(Bytes("user\0oncall\0_pq_.foo\0bar\0database\0postgres\0", 43)) +
          messages(Terminate{}),
      startup(Bytes("user\0oncall\0database\0postgres\0work_mem\0bad\0", 43)),
      "\0\0\0\x10\0\2\0\0user\0\0\0\0"s,
  };
  Recording recording;
  const auto pace = GENERATE(Pace::at_once, Pace::byte_by_byte);
  for (const auto& bytes : conversations) {
    INFO(bytes);
    const RawClient direct(Postgres::instance().socket_directory() + "/.s.PGSQL.5432");
    const RawClient through(recording.proxy().port());
    const auto expected = converse(direct, bytes, pace);
    const auto received = converse(through, bytes, pace);
    CHECK((received == expected));
  }
}
