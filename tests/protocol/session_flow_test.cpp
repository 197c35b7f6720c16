// The ways of a conversation that are neither plain nor COPY's: transactions, portals, names,
// replication, goodbyes, and how they break off.
#include <string>

#include "tests/protocol/script.hpp"

using namespace ride::protocol;
using namespace ride::protocol::test;

namespace {

const Copy copy_in{CopyResponse::in_tag};

}  // namespace

TEST_CASE("wire 39: COMMIT of a failed transaction ends by its own tag",
          "[protocol][session][wire]") {
  Script()
      .client(Query{"begin"}, {"query 1 'begin'"})
      .server(CommandComplete{"BEGIN"}, {"ended 1.0 complete 'BEGIN'"})
      .server(ReadyForQuery{TxStatus::in_transaction}, {"ready 1 T"})
      .holds([](const Session& session) { return !session.busy() && !session.idle(); })
      .client(Query{"selec"}, {"query 2 'selec'"})
      .server(Failure{"42601"}, {"ended 2.0 error 42601"})
      .server(ReadyForQuery{TxStatus::failed}, {"ready 2 E"})
      .client(Parse{"", "select 1"}, {"parse 3 '' 'select 1'"})
      .client(Sync{})
      .server(Failure{"25P02"}, {"ended 3.0 error 25P02"})
      .server(ReadyForQuery{TxStatus::failed}, {"ready 3 E"})
      .client(Query{"commit"}, {"query 4 'commit'"})
      .server(CommandComplete{"ROLLBACK"}, {"ended 4.0 complete 'ROLLBACK'"})
      .server(ReadyForQuery{}, {"ready 4 I"})
      .holds([](const Session& session) { return session.idle(); });
}

TEST_CASE("wire 31: a portal that is gone is an error of its Execute, and the batch is skipped",
          "[protocol][session][wire]") {
  Script()
      .client(Bind{"c", "s"}, {"bind 1 'c' 's'"})
      .client(Sync{})
      .client(Execute{"c"}, {"execute 2 'c' 0"})
      .client(Close{'P', "c"}, {"close 3 P 'c'"})
      .client(Sync{})
      .client(Close{'P', "c"}, {"close 4 P 'c'"})
      .client(Sync{})
      .server(Empty{'2'}, {"ended 1.0 complete"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .server(Failure{"34000"}, {"ended 2.0 error 34000"})
      .server(ReadyForQuery{}, {"ready 3 I"})
      .server(Empty{'3'}, {"ended 4.0 complete"})
      .server(ReadyForQuery{}, {"ready 4 I"});
}

TEST_CASE("wire 30: a portal that is given up half-way leaves what it fetched",
          "[protocol][session][wire]") {
  Script()
      .client(Execute{"p", 1}, {"execute 1 'p' 1"})
      .client(Flush{})
      .server(DataRow{}, {"row 1.0"})
      .server(Empty{'s'}, {"ended 1.0 suspended rows=1"})
      .client(Close{'P', "p"}, {"close 2 P 'p'"})
      .client(Execute{"p", 1}, {"execute 3 'p' 1"})
      .client(Sync{})
      .server(Empty{'3'}, {"ended 2.0 complete"})
      .server(Failure{"34000"}, {"ended 3.0 error 34000"})
      .server(ReadyForQuery{}, {"ready 3 I"});
}

TEST_CASE("wire 33: a name that is taken fails its Parse, and the statement is there for the next",
          "[protocol][session][wire]") {
  Script()
      .client(Parse{"s", "select 1"}, {"parse 1 's' 'select 1'"})
      .client(Parse{"s", "select 2"}, {"parse 2 's' 'select 2'"})
      .client(Bind{"", "s"}, {"bind 3 '' 's'"})
      .client(Sync{})
      .client(Bind{"", "s"}, {"bind 4 '' 's'"})
      .client(Sync{})
      .server(Empty{'1'}, {"ended 1.0 complete"})
      .server(Failure{"42P05"}, {"ended 2.0 error 42P05"})
      .server(ReadyForQuery{}, {"ready 3 I"})
      .server(Empty{'2'}, {"ended 4.0 complete"})
      .server(ReadyForQuery{}, {"ready 4 I"});
}

TEST_CASE("wire 36: a Describe may fail before its parameters and behind them",
          "[protocol][session][wire]") {
  Script()
      .client(Describe{'S', "nobody"}, {"describe 1 S 'nobody'"})
      .client(Describe{'S', "s"}, {"describe 2 S 's'"})
      .client(Sync{})
      .server(Failure{"26000"}, {"ended 1.0 error 26000"})
      .server(ReadyForQuery{}, {"ready 2 I"})
      .client(Describe{'S', "s"}, {"describe 3 S 's'"})
      .client(Sync{})
      .server(Raw{std::string("t\0\0\0\6\0\0", 7)}, {"parameters 3.0"})
      .server(Failure{"0A000"}, {"ended 3.0 error 0A000"})
      .server(ReadyForQuery{}, {"ready 3 I"});
}

TEST_CASE("wire 28: a walsender refuses the extended protocol and calls, and goes on",
          "[protocol][session][wire]") {
  Script()
      .client(Parse{"", "select 1"}, {"parse 1 '' 'select 1'"})
      .client(Bind{}, {"bind 2 '' ''"})
      .client(Sync{})
      .client(FunctionCall{1}, {"call 3 1"})
      .client(Query{"IDENTIFY_SYSTEM"}, {"query 4 'IDENTIFY_SYSTEM'"})
      .server(Failure{"08P01"}, {"ended 1.0 error 08P01"})
      .server(ReadyForQuery{}, {"ready 2 I"})
      .server(Failure{"08P01"}, {"ended 3.0 error 08P01"})
      .server(ReadyForQuery{}, {"ready 3 I"})
      .server(RowDescription{}, {"columns 4.0"})
      .server(DataRow{}, {"row 4.0"})
      .server(CommandComplete{"IDENTIFY_SYSTEM"}, {"ended 4.0 complete 'IDENTIFY_SYSTEM' rows=1"})
      .server(ReadyForQuery{}, {"ready 4 I"});
}

TEST_CASE("wire 25: a query inside COPY fails the COPY and ends the connection",
          "[protocol][session][wire]") {
  Script()
      .client(Query{"copy"}, {"query 1 'copy'"})
      .server(copy_in, {"copy 1.0 in 0"})
      .client(CopyData{"x"}, {"data 1.0 in 'x' 1"})
      .client(Query{"select 1"}, {"query 2 'select 1'"})
      .server(Failure{"08P01"}, {"ended 1.0 error 08P01 copied=1"})
      .server(Failure{"08P01", "FATAL"}, {"connection_error 08P01 fatal", "ended 2.0 cut"})
      .gone();
}

TEST_CASE("wire 26: a COPY that fails takes the statements behind it along",
          "[protocol][session][wire]") {
  Script()
      .client(Query{"a; copy; b"}, {"query 1 'a; copy; b'"})
      .client(CopyData{"x"})
      .client(CopyDone{})
      .client(Query{"next"}, {"query 2 'next'"})
      .server(CommandComplete{"A"}, {"ended 1.0 complete 'A'"})
      .server(copy_in, {"copy 1.1 in 0", "data 1.1 in '' 1"})
      .server(Failure{"22P02"}, {"ended 1.1 error 22P02 copied=1"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .server(CommandComplete{"NEXT"}, {"ended 2.0 complete 'NEXT'"})
      .server(ReadyForQuery{}, {"ready 2 I"});
}

TEST_CASE("wire 24: CopyData inside a pipeline without COPY changes nothing",
          "[protocol][session][wire]") {
  Script()
      .client(Parse{"", "select 1"}, {"parse 1 '' 'select 1'"})
      .client(CopyData{"x"})
      .client(Bind{}, {"bind 2 '' ''"})
      .client(CopyDone{})
      .client(Execute{}, {"execute 3 '' 0"})
      .client(Sync{})
      .server(Empty{'1'}, {"ended 1.0 complete"})
      .server(Empty{'2'}, {"ended 2.0 complete"})
      .server(DataRow{}, {"row 3.0"})
      .server(CommandComplete{"SELECT 1"}, {"ended 3.0 complete 'SELECT 1' rows=1"})
      .server(ReadyForQuery{}, {"ready 3 I"})
      .holds([](const Session& session) { return session.idle(); });
}

TEST_CASE("wire 42: a FATAL inside a pipeline ends what is under way and cuts the rest",
          "[protocol][session][wire]") {
  Script()
      .client(Execute{}, {"execute 1 '' 0"})
      .client(Execute{}, {"execute 2 '' 0"})
      .client(Sync{})
      .client(Query{"next"}, {"query 3 'next'"})
      .server(DataRow{}, {"row 1.0"})
      .server(Failure{"57P01", "FATAL"},
              {"ended 1.0 error 57P01 fatal rows=1", "ended 2.0 cut", "ended 3.0 cut"})
      .gone();
}

TEST_CASE("wire 43: what is sent behind a goodbye is never answered", "[protocol][session][wire]") {
  Script()
      .client(Query{"select 1"}, {"query 1 'select 1'"})
      .client(Terminate{}, {"terminate"})
      .client(Query{"select 2"}, {"query 2 'select 2'"})
      .server(CommandComplete{"SELECT 1"}, {"ended 1.0 complete 'SELECT 1'"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .gone({"ended 2.0 cut"});
}

TEST_CASE("wire 38: a batch that fails at Sync fails behind its answers, and the next goes on",
          "[protocol][session][wire]") {
  Script()
      .client(Execute{"a"}, {"execute 1 'a' 0"})
      .client(Execute{"b"}, {"execute 2 'b' 0"})
      .client(Sync{})
      .client(Sync{})
      .server(CommandComplete{"INSERT 0 1"}, {"ended 1.0 complete 'INSERT 0 1'"})
      .server(CommandComplete{"INSERT 0 1"}, {"ended 2.0 complete 'INSERT 0 1'"})
      .server(Failure{"23505"}, {"ended 2.1 error 23505 at sync"})
      .server(ReadyForQuery{}, {"ready 2 I"})
      .server(ReadyForQuery{}, {"ready 2 I"})
      .holds([](const Session& session) { return session.idle(); });
}
