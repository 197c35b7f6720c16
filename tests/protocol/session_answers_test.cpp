// Which answer belongs to which request.
#include <string>

#include "tests/protocol/script.hpp"

using namespace ride::protocol;
using namespace ride::protocol::test;

TEST_CASE("a simple query's statements are counted as they end", "[protocol][session]") {
  Script()
      .client(Query{"select 1; insert; select 2"}, {"query 1 'select 1; insert; select 2'"})
      .holds([](const Session& session) { return session.busy() && session.in_flight() == 1; })
      .server(RowDescription{}, {"columns 1.0"})
      .server(DataRow{}, {"row 1.0"})
      .server(DataRow{}, {"row 1.0"})
      .server(CommandComplete{"SELECT 2"}, {"ended 1.0 complete 'SELECT 2' rows=2"})
      .server(CommandComplete{"INSERT 0 1"}, {"ended 1.1 complete 'INSERT 0 1'"})
      .server(RowDescription{}, {"columns 1.2"})
      .server(DataRow{}, {"row 1.2"})
      .server(CommandComplete{"SELECT 1"}, {"ended 1.2 complete 'SELECT 1' rows=1"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .holds([](const Session& session) { return session.idle() && session.in_flight() == 0; });
}

TEST_CASE("the first error ends a simple query", "[protocol][session]") {
  Script()
      .client(Query{"select 1; selec; select 2"}, {"query 1 'select 1; selec; select 2'"})
      .server(CommandComplete{"SELECT 1"}, {"ended 1.0 complete 'SELECT 1'"})
      .server(Failure{"42601"}, {"ended 1.1 error 42601"})
      .server(ReadyForQuery{TxStatus::failed}, {"ready 1 E"})
      .holds([](const Session& session) {
        return session.status() == TxStatus::failed && !session.busy() && !session.idle();
      })
      .client(Query{"rollback"}, {"query 2 'rollback'"})
      .server(CommandComplete{"ROLLBACK"}, {"ended 2.0 complete 'ROLLBACK'"})
      .server(ReadyForQuery{}, {"ready 2 I"});
}

TEST_CASE("an empty query has an ending of its own", "[protocol][session]") {
  Script()
      .client(Query{";;"}, {"query 1 ';;'"})
      .server(Empty{'I'}, {"ended 1.0 empty"})
      .server(ReadyForQuery{}, {"ready 1 I"});
}

TEST_CASE("pipelined queries are answered in their order", "[protocol][session]") {
  Script()
      .client(Query{"a"}, {"query 1 'a'"})
      .client(Query{"b"}, {"query 2 'b'"})
      .server(Failure{"42601"}, {"ended 1.0 error 42601"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .server(CommandComplete{"B"}, {"ended 2.0 complete 'B'"})
      .server(ReadyForQuery{}, {"ready 2 I"});
}

TEST_CASE("an extended batch is answered step by step", "[protocol][session]") {
  Script()
      .client(Parse{"s", "select $1"}, {"parse 1 's' 'select $1'"})
      .client(Describe{'S', "s"}, {"describe 2 S 's'"})
      .client(Bind{"", "s"}, {"bind 3 '' 's'"})
      .client(Describe{'P', ""}, {"describe 4 P ''"})
      .client(Execute{}, {"execute 5 '' 0"})
      .client(Close{'S', "s"}, {"close 6 S 's'"})
      .client(Sync{})
      .server(Empty{'1'}, {"ended 1.0 complete"})
      .server(Raw{std::string("t\0\0\0\6\0\0", 7)}, {"parameters 2.0"})
      .server(RowDescription{}, {"columns 2.0", "ended 2.0 complete"})
      .server(Empty{'2'}, {"ended 3.0 complete"})
      .server(RowDescription{}, {"columns 4.0", "ended 4.0 complete"})
      .server(DataRow{}, {"row 5.0"})
      .server(CommandComplete{"SELECT 1"}, {"ended 5.0 complete 'SELECT 1' rows=1"})
      .server(Empty{'3'}, {"ended 6.0 complete"})
      .holds([](const Session& session) { return session.busy() && session.in_flight() == 0; })
      .server(ReadyForQuery{}, {"ready 6 I"});
}

TEST_CASE("what returns no rows is described by NoData", "[protocol][session]") {
  Script()
      .client(Describe{'S', "s"}, {"describe 1 S 's'"})
      .client(Describe{'P', "p"}, {"describe 2 P 'p'"})
      .client(Execute{"p"}, {"execute 3 'p' 0"})
      .client(Sync{})
      .server(Raw{std::string("t\0\0\0\6\0\0", 7)}, {"parameters 1.0"})
      .server(Empty{'n'}, {"ended 1.0 complete"})
      .server(Empty{'n'}, {"ended 2.0 complete"})
      .server(Empty{'I'}, {"ended 3.0 empty"})
      .server(ReadyForQuery{}, {"ready 3 I"});
}

TEST_CASE("an error in a pipeline skips what follows up to Sync", "[protocol][session]") {
  Script()
      .client(Parse{"a", "selec 1"}, {"parse 1 'a' 'selec 1'"})
      .client(Bind{"", "a"}, {"bind 2 '' 'a'"})
      .client(Query{"select 'skipped too'"}, {"query 3 'select 'skipped too''"})
      .client(Sync{})
      .client(Parse{"b", "select 2"}, {"parse 4 'b' 'select 2'"})
      .client(Sync{})
      .server(Failure{"42601"}, {"ended 1.0 error 42601"})
      .server(ReadyForQuery{}, {"ready 3 I"})
      .server(Empty{'1'}, {"ended 4.0 complete"})
      .server(ReadyForQuery{}, {"ready 4 I"});
}

TEST_CASE("wire 21: what is sent behind an error is skipped until Sync, queries and calls included",
          "[protocol][session][wire]") {
  Script()
      .client(Parse{"a", "selec 1"}, {"parse 1 'a' 'selec 1'"})
      .client(Flush{})
      .server(Failure{"42601"}, {"ended 1.0 error 42601"})
      .holds([](const Session& session) { return session.busy() && session.in_flight() == 0; })
      .client(Query{"select 1"}, {"query 2 'select 1'"})
      .client(FunctionCall{1}, {"call 3 1"})
      .client(Execute{}, {"execute 4 '' 0"})
      .client(Sync{})
      .server(ReadyForQuery{}, {"ready 4 I"})
      .client(Query{"select 2"}, {"query 5 'select 2'"})
      .server(CommandComplete{"SELECT 1"}, {"ended 5.0 complete 'SELECT 1'"})
      .server(ReadyForQuery{}, {"ready 5 I"});
}

TEST_CASE("wire 21: an error of a query, a call or a Sync starts no skipping",
          "[protocol][session][wire]") {
  Script()
      .client(Query{"selec"}, {"query 1 'selec'"})
      .client(FunctionCall{1}, {"call 2 1"})
      .client(Parse{"", "insert"}, {"parse 3 '' 'insert'"})
      .client(Sync{})
      .client(Query{"select 1"}, {"query 4 'select 1'"})
      .server(Failure{"42601"}, {"ended 1.0 error 42601"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .server(Failure{"42883"}, {"ended 2.0 error 42883"})
      .server(ReadyForQuery{}, {"ready 2 I"})
      .server(Empty{'1'}, {"ended 3.0 complete"})
      .server(Failure{"23503"}, {"ended 3.1 error 23503 at sync"})
      .server(ReadyForQuery{}, {"ready 3 I"})
      .server(CommandComplete{"SELECT 1"}, {"ended 4.0 complete 'SELECT 1'"})
      .server(ReadyForQuery{}, {"ready 4 I"});
}

TEST_CASE("wire 30: a portal fetched in pieces counts the rows of each",
          "[protocol][session][wire]") {
  Script()
      .client(Bind{"p", "s"}, {"bind 1 'p' 's'"})
      .client(Execute{"p", 2}, {"execute 2 'p' 2"})
      .client(Execute{"p", 2}, {"execute 3 'p' 2"})
      .client(Flush{})
      .server(Empty{'2'}, {"ended 1.0 complete"})
      .server(DataRow{}, {"row 2.0"})
      .server(DataRow{}, {"row 2.0"})
      .server(Empty{'s'}, {"ended 2.0 suspended rows=2"})
      .server(DataRow{}, {"row 3.0"})
      .server(CommandComplete{"SELECT 1"}, {"ended 3.0 complete 'SELECT 1' rows=1"})
      .client(Sync{})
      .server(ReadyForQuery{TxStatus::idle}, {"ready 3 I"});
}

TEST_CASE("an execute that fails half-way keeps its rows", "[protocol][session]") {
  Script()
      .client(Execute{}, {"execute 1 '' 0"})
      .client(Sync{})
      .server(DataRow{}, {"row 1.0"})
      .server(Failure{"22012"}, {"ended 1.0 error 22012 rows=1"})
      .server(ReadyForQuery{}, {"ready 1 I"});
}

TEST_CASE("a function call answers with its result", "[protocol][session]") {
  Script()
      .client(FunctionCall{1598}, {"call 1 1598"})
      .server(Raw{std::string("V\0\0\0\x8\0\0\0\0", 9)}, {"result 1.0", "ended 1.0 complete"})
      .server(ReadyForQuery{}, {"ready 1 I"});
}

TEST_CASE("wire 41: notices, parameters and notifications may come anywhere and change nothing",
          "[protocol][session][wire]") {
  Script()
      .server(NotificationResponse{7, "c", "idle"}, {"notification 7 'c' 'idle'"})
      .client(Query{"a; b"}, {"query 1 'a; b'"})
      .server(Notice{"one"}, {"notice 1.0 'one'"})
      .server(RowDescription{}, {"columns 1.0"})
      .server(Notice{"two"}, {"notice 1.0 'two'"})
      .server(CommandComplete{"A"}, {"ended 1.0 complete 'A'"})
      .server(Notice{"three"}, {"notice 1.1 'three'"})
      .server(CommandComplete{"B"}, {"ended 1.1 complete 'B'"})
      .server(ParameterStatus{"TimeZone", "UTC"}, {"parameter 'TimeZone' 'UTC'"})
      .server(ParameterStatus{"DateStyle", "ISO"}, {"parameter 'DateStyle' 'ISO'"})
      .server(NotificationResponse{7, "c", "x"}, {"notification 7 'c' 'x'"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .server(Notice{"idle"}, {"notice 0.0 'idle'"});
}

TEST_CASE("bytes and rows are counted on the wire", "[protocol][session]") {
  struct Counter : Observer {
    void ended(const Ended& ended) override { last = ended; }
    Ended last;
  } counter;
  Session session;
  const auto pass = [&](Side side, char tag, std::uint64_t bytes) {
    const auto body = std::string(bytes, '\0');
    session.on(side, Frame{tag, body, bytes, true}, counter);
  };
  pass(Side::server, 'Z', 1);
  pass(Side::client, 'Q', 10);
  pass(Side::server, 'T', 20);
  pass(Side::server, 'D', 30);
  pass(Side::server, 'D', 40);
  pass(Side::server, 'C', 5);
  CHECK(counter.last.rows == 2);
  CHECK(counter.last.row_bytes == 70);
  CHECK(counter.last.bytes_in == 15);
  CHECK(counter.last.bytes_out == 25 + 35 + 45 + 10);
  pass(Side::server, 'G', 3);
  pass(Side::client, 'd', 100);
  pass(Side::client, 'c', 0);
  pass(Side::server, 'C', 5);
  CHECK(counter.last.ordinal == 1);
  CHECK(counter.last.rows == 0);
  CHECK(counter.last.copy_bytes == 100);
  CHECK(counter.last.bytes_in == 105);
  CHECK(counter.last.bytes_out == 8 + 10);
}
