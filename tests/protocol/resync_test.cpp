#include "protocol/resync.hpp"

#include "tests/catch.hpp"
#include "tests/protocol/script.hpp"

using namespace ride;
using namespace ride::protocol;
using namespace ride::protocol::test;
using namespace std::string_literals;

namespace {

const auto idle = to_bytes(ReadyForQuery{TxStatus::idle});
const auto query = to_bytes(Query{"select 1"});

void tell(Resync& resync, const std::string& server_bytes) {
  Framer framer(Side::server);
  framer.feed(server_bytes);
  while (const auto frame = framer.next()) resync.on_server(*frame);
}

}  // namespace

TEST_CASE("reading begins again with whole requests to a server at rest", "[protocol][resync]") {
  Resync resync;
  CHECK_FALSE(resync.may_begin_at(query));  // nothing is known of the server
  tell(resync, to_bytes(CommandComplete{"SELECT 1"}) + idle);
  CHECK(resync.may_begin_at(query));
  CHECK(resync.may_begin_at(query + query));
  CHECK(resync.may_begin_at(to_bytes(Parse{"", "select 1"}) + to_bytes(Bind{}) +
                            to_bytes(Execute{}) + to_bytes(Sync{})));
  CHECK(resync.may_begin_at(to_bytes(Terminate{})));
}

TEST_CASE("it does not begin inside a message, or with what makes no sense to an idle server",
          "[protocol][resync]") {
  Resync resync;
  tell(resync, idle);
  CHECK_FALSE(resync.may_begin_at(""));
  CHECK_FALSE(resync.may_begin_at(query.substr(1)));
  CHECK_FALSE(resync.may_begin_at(query.substr(0, query.size() - 1)));
  CHECK_FALSE(resync.may_begin_at(query + "Q"));
  CHECK_FALSE(
      resync.may_begin_at("Q\0\0\0\x07"
                          "abc"s));  // no NUL
  CHECK_FALSE(resync.may_begin_at("S\0\0\0\5x"s));
  CHECK_FALSE(resync.may_begin_at(to_bytes(CopyData{"1\n"}) + query));
  CHECK_FALSE(resync.may_begin_at("p\0\0\0\x0bsecret\0"s + query));
  CHECK_FALSE(
      resync.may_begin_at(to_bytes(Parse{"", "select 1"})));  // answered by no ReadyForQuery
}

TEST_CASE("a server is at rest behind an idle ReadyForQuery alone", "[protocol][resync]") {
  for (const auto& bytes :
       {to_bytes(ReadyForQuery{TxStatus::in_transaction}),
        to_bytes(ReadyForQuery{TxStatus::failed}), idle + to_bytes(CommandComplete{"SELECT 1"}),
        idle + to_bytes(Failure{})}) {
    Resync resync;
    tell(resync, bytes);
    CHECK_FALSE(resync.may_begin_at(query));
  }
  Resync resync;
  tell(resync, idle + to_bytes(Notice{"n"}) + to_bytes(ParameterStatus{"a", "b"}) +
                   to_bytes(NotificationResponse{1, "c", ""}));
  CHECK(resync.may_begin_at(query));
  resync.forget();
  CHECK_FALSE(resync.may_begin_at(query));
}

TEST_CASE("of a server that cannot be read the last six bytes tell, however they were cut",
          "[protocol][resync]") {
  Resync resync;
  for (const char byte : "garbage"s + idle) {
    CHECK_FALSE(resync.may_begin_at(query));
    resync.on_unreadable_server({&byte, 1});
  }
  CHECK(resync.may_begin_at(query));
  resync.on_unreadable_server("N");
  CHECK_FALSE(resync.may_begin_at(query));
  resync.on_unreadable_server(std::string(1'000'000, 'x') + idle);
  CHECK(resync.may_begin_at(query));
}

TEST_CASE("a session that is resumed leaves the first batch unattributed and follows the second",
          "[protocol][resync]") {
  Bench bench;
  bench.pass(Side::server, to_bytes(Authentication{0}) + idle);
  bench.pass(Side::client, query);
  bench.pass(Side::server, "D\xff\xff\xff\xff"s);
  bench.seen().take();
  REQUIRE(bench.session().over());

  bench.resume();
  CHECK(bench.seen().take().empty());
  CHECK(bench.session().lost());
  bench.pass(Side::client, query);
  bench.pass(Side::server, to_bytes(CommandComplete{"SELECT 1"}) + idle);
  CHECK(bench.seen().take() ==
        std::vector<std::string>{"query 2 'select 1'", "ended 2.0 cut", "ready 2 I"});
  bench.pass(Side::client, query);
  bench.pass(Side::server, to_bytes(CommandComplete{"SELECT 1"}) + idle);
  CHECK(bench.seen().take() == std::vector<std::string>{"query 3 'select 1'",
                                                        "ended 3.0 complete 'SELECT 1'",
                                                        "ready 3 I"});
  CHECK(bench.seen().breaches().empty());
  CHECK(bench.session().idle());
}

TEST_CASE("an answer still owed to what was not read is nobody's when a session is resumed",
          "[protocol][resync]") {
  Bench bench;
  bench.pass(Side::server, to_bytes(Authentication{0}) + idle);
  bench.pass(Side::client, query + "?");  // behind it, a request that cannot be read
  bench.pass(Side::server, to_bytes(CommandComplete{"SELECT 1"}) + idle);
  bench.seen().take();
  bench.resume();
  bench.pass(Side::client, query);
  bench.pass(Side::server, to_bytes(CommandComplete{"SELECT 2"}) + idle +  // the unread request's
                               to_bytes(CommandComplete{"SELECT 1"}) + idle);
  for (const auto& line : bench.seen().take()) CHECK(line.find("complete") == std::string::npos);
  CHECK(bench.seen().breaches().empty());
}
