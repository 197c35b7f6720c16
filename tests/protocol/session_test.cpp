// Start-up, what the client sends, and how a session ends.
#include "protocol/session.hpp"

#include <string>

#include "tests/protocol/script.hpp"

using namespace ride::protocol;
using namespace ride::protocol::test;
using namespace std::string_literals;

namespace {

const std::string bad_length = "Q\0\0\0\3"s;

}  // namespace

TEST_CASE("start-up is told up to the first ReadyForQuery, passwords are not",
          "[protocol][session]") {
  Script(false)
      .server(NegotiateProtocolVersion{0, {}}, {"negotiated 0"})
      .server(Authentication{10})
      .client(Raw{"p\0\0\0\x0asecret"s})
      .server(Authentication{11})
      .client(Raw{"p\0\0\0\x0asecret"s})
      .server(Authentication{12})
      .server(Authentication{0}, {"authenticated"})
      .server(ParameterStatus{"server_version", "15.18"}, {"parameter 'server_version' '15.18'"})
      .server(BackendKeyData{42, "0123456789abcdef0123456789abcdef"}, {"backend_key 42 32"})
      .holds([](const Session& session) { return !session.started() && !session.idle(); })
      .server(ReadyForQuery{TxStatus::idle}, {"ready 0 I"})
      .holds([](const Session& session) { return session.started() && session.idle(); })
      .client(Terminate{}, {"terminate"})
      .gone();
}

TEST_CASE("a refused start-up is an error of the connection", "[protocol][session]") {
  Script(false)
      .server(Authentication{10})
      .client(Raw{"p\0\0\0\x0asecret"s})
      .server(Failure{"28P01", "FATAL"}, {"connection_error 28P01 fatal"})
      .gone();
}

TEST_CASE("a query sent before the server is ready waits for its turn", "[protocol][session]") {
  Script(false)
      .client(Query{"select 1"}, {"query 1 'select 1'"})
      .server(Authentication{0}, {"authenticated"})
      .server(ReadyForQuery{}, {"ready 0 I"})
      .server(CommandComplete{"SELECT 1"}, {"ended 1.0 complete 'SELECT 1'"})
      .server(ReadyForQuery{}, {"ready 1 I"});
}

TEST_CASE("a query sent before the server refuses is cut, not failed", "[protocol][session]") {
  Script(false)
      .client(Query{"select 1"}, {"query 1 'select 1'"})
      .server(Failure{"53300", "FATAL"}, {"connection_error 53300 fatal", "ended 1.0 cut"});
}

TEST_CASE("a password message after start-up is a violation and not looked at",
          "[protocol][session]") {
  Script()
      .client(Raw{"p\0\0\0\x0asecret"s}, {"violation client 0 'password message after start-up'"})
      .server(Failure{"08P01", "FATAL"}, {"connection_error 08P01 fatal"});
}

TEST_CASE("requests are told with their fields", "[protocol][session]") {
  Script()
      .client(Parse{"s", "select $1"}, {"parse 1 's' 'select $1'"})
      .client(Bind{"p", "s"}, {"bind 2 'p' 's'"})
      .client(Describe{'P', "p"}, {"describe 3 P 'p'"})
      .client(Execute{"p", 7}, {"execute 4 'p' 7"})
      .client(Close{'S', "s"}, {"close 5 S 's'"})
      .client(Flush{})
      .client(Sync{})
      .client(FunctionCall{1598}, {"call 6 1598"})
      .client(Query{"select 1; select 2"}, {"query 7 'select 1; select 2'"})
      .holds([](const Session& session) {
        return session.in_flight() == 1 && session.last_request() == 7;
      })
      .gone({"ended 1.0 cut", "ended 2.0 cut", "ended 3.0 cut", "ended 4.0 cut", "ended 5.0 cut",
             "ended 6.0 cut", "ended 7.0 cut"})
      .gone();
}

TEST_CASE("a request cut by the framer says how much is missing", "[protocol][session]") {
  Bench bench(9);
  bench.pass(Side::server, to_bytes(ReadyForQuery{}));
  bench.pass(Side::client, to_bytes(Query{"select 'a long one'"}));
  bench.pass(Side::client, to_bytes(Parse{"name", "select 1"}));
  CHECK(bench.seen().take() == std::vector<std::string>{"ready 0 I",
                                                        "query 1 'select 'a' omitted=11",
                                                        "parse 2 'name' 'sele' omitted=7"});
  CHECK_FALSE(bench.seen().violated());
}

TEST_CASE("a damaged request is a request, and the server's to judge", "[protocol][session]") {
  Script()
      .client(Raw{"Q\0\0\0\x0cselect 1"s},
              {"query 1 'select 1'", "violation client 1 'string without its NUL'"})
      .server(Failure{"08P01"}, {"ended 1.0 error 08P01"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .client(Raw{"B\0\0\0\x08\0\0\xff\xff"s},
              {"bind 2 '' ''", "violation client 2 'count larger than the message'"})
      .client(Sync{})
      .server(Failure{"08P01"}, {"ended 2.0 error 08P01"})
      .server(ReadyForQuery{}, {"ready 2 I"});
}

TEST_CASE("a Sync with a body is answered by an error of its own", "[protocol][session]") {
  Script()
      .client(Parse{"", "select 1"}, {"parse 1 '' 'select 1'"})
      .client(Raw{"S\0\0\0\5x"s}, {"violation client 0 'bytes behind the last field'"})
      .server(Empty{'1'}, {"ended 1.0 complete"})
      .server(Failure{"08P01"}, {"connection_error 08P01"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .holds([](const Session& session) { return session.idle(); });
}

TEST_CASE("a Flush with a body is answered by an error and skips to Sync", "[protocol][session]") {
  Script()
      .client(Raw{"H\0\0\0\5x"s}, {"violation client 0 'bytes behind the last field'"})
      .client(Parse{"", "select 1"}, {"parse 1 '' 'select 1'"})
      .client(Sync{})
      .server(Failure{"08P01"}, {"connection_error 08P01"})
      .server(ReadyForQuery{}, {"ready 1 I"});
}

TEST_CASE("a client that stops making sense leaves its earlier requests answered",
          "[protocol][session]") {
  Script()
      .client(Query{"select 1"}, {"query 1 'select 1'"})
      .client(Raw{bad_length}, {"violation client 0 'impossible length'"})
      .client(Query{"select 2"})
      .server(CommandComplete{"SELECT 1"}, {"ended 1.0 complete 'SELECT 1'"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .server(Failure{"08P01", "FATAL"}, {"connection_error 08P01 fatal"});
}

TEST_CASE("a server that stops making sense leaves everything open", "[protocol][session]") {
  Script()
      .client(Query{"select 1"}, {"query 1 'select 1'"})
      .server(Raw{"D\0\0\0\1"s}, {"violation server 0 'impossible length'", "ended 1.0 cut"})
      .server(CommandComplete{"SELECT 1"})
      .client(Query{"select 2"}, {"query 2 'select 2'", "ended 2.0 cut"});
}

TEST_CASE("a fatal error ends the statement under way and cuts the rest", "[protocol][session]") {
  Script()
      .client(Query{"select pg_sleep(9)"}, {"query 1 'select pg_sleep(9)'"})
      .client(Query{"select 2"}, {"query 2 'select 2'"})
      .server(RowDescription{}, {"columns 1.0"})
      .server(DataRow{}, {"row 1.0"})
      .server(Failure{"57P01", "FATAL"}, {"ended 1.0 error 57P01 fatal rows=1", "ended 2.0 cut"})
      .gone();
}

TEST_CASE("a fatal error while idle answers nothing", "[protocol][session]") {
  Script()
      .server(Failure{"57P01", "FATAL"}, {"connection_error 57P01 fatal"})
      .client(Query{"select 1"}, {"query 1 'select 1'", "ended 1.0 cut"})
      .gone();
}

TEST_CASE("a goodbye behind a query does not keep it from being answered", "[protocol][session]") {
  Script()
      .client(Query{"select 1"}, {"query 1 'select 1'"})
      .client(Terminate{}, {"terminate"})
      .server(CommandComplete{"SELECT 1"}, {"ended 1.0 complete 'SELECT 1'"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .gone();
}

TEST_CASE("a client that never reads its answers is followed up to a limit",
          "[protocol][session]") {
  Script(true, {.pending_messages_max = 2})
      .client(Query{"1"}, {"query 1 '1'"})
      .client(Query{"2"}, {"query 2 '2'"})
      .client(Query{"3"}, {"query 3 '3'", "violation client 3 'too many messages unanswered'",
                           "ended 1.0 cut", "ended 2.0 cut", "ended 3.0 cut"})
      .server(CommandComplete{"SELECT 1"})
      .client(Query{"4"}, {"query 4 '4'", "ended 4.0 cut"});
}
