// What the fuzzer found: commits that fail where no Sync shows it, and COPYs that fail with more on
// the way than one Sync in doubt. A server that keeps the protocol says all of this.
#include <string>

#include "tests/protocol/script.hpp"

using namespace ride::protocol;
using namespace ride::protocol::test;

namespace {

constexpr auto in_doubt = "violation client 0 'request that a failed COPY leaves skipped or not'";
const Copy copy_in{CopyResponse::in_tag};
const Raw function_result{std::string("V\0\0\0\x8\0\0\0\0", 9)};

}  // namespace

TEST_CASE("a commit that fails behind a call's result is the call's", "[protocol][session]") {
  Script()
      .client(FunctionCall{7}, {"call 1 7"})
      .client(Query{"next"}, {"query 2 'next'"})
      .server(function_result, {"result 1.0", "ended 1.0 complete"})
      .server(Failure{"23505"}, {"ended 1.1 error 23505 at sync"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .server(CommandComplete{"NEXT"}, {"ended 2.0 complete 'NEXT'"})
      .server(ReadyForQuery{}, {"ready 2 I"});
}

TEST_CASE("a FATAL behind a call's result ends the connection, not the call",
          "[protocol][session]") {
  Script()
      .client(FunctionCall{7}, {"call 1 7"})
      .server(function_result, {"result 1.0", "ended 1.0 complete"})
      .server(Failure{"57P01", "FATAL"}, {"connection_error 57P01 fatal"});
}

TEST_CASE("a notice behind a call's result is of the call's one statement", "[protocol][session]") {
  Script()
      .client(FunctionCall{7}, {"call 1 7"})
      .server(function_result, {"result 1.0", "ended 1.0 complete"})
      .server(Notice{"at commit"}, {"notice 1.0 'at commit'"})
      .server(ReadyForQuery{}, {"ready 1 I"});
}

TEST_CASE("a commit that fails behind a COPY whose first Sync was swallowed is the COPY's",
          "[protocol][session]") {
  Script()
      .client(Execute{}, {"execute 1 '' 0"})
      .client(Sync{})
      .server(copy_in, {"copy 1.0 in 0"})
      .client(CopyData{"x"}, {"data 1.0 in 'x' 1"})
      .client(CopyDone{})
      .client(Sync{})
      .server(CommandComplete{"COPY 1"}, {"ended 1.0 complete 'COPY 1' copied=1"})
      .server(Failure{"23505"}, {"ended 1.1 error 23505 at sync"})
      .server(ReadyForQuery{}, {"ready 1 I"});
  Script()  // the second Sync is sent when the COPY is over
      .client(Execute{}, {"execute 1 '' 0"})
      .client(Sync{})
      .server(copy_in, {"copy 1.0 in 0"})
      .client(CopyDone{})
      .server(CommandComplete{"COPY 0"}, {"ended 1.0 complete 'COPY 0'"})
      .client(Sync{})
      .server(Failure{"23505"}, {"ended 1.1 error 23505 at sync"})
      .server(ReadyForQuery{}, {"ready 1 I"});
}

TEST_CASE("an error at Sync behind a failed batch is no request's", "[protocol][session]") {
  Script()
      .client(Bind{}, {"bind 1 '' ''"})
      .client(Execute{}, {"execute 2 '' 0"})
      .client(Sync{})
      .server(Failure{"34000"}, {"ended 1.0 error 34000"})
      .server(Failure{"XX000"}, {"connection_error XX000"})
      .server(ReadyForQuery{}, {"ready 2 I"});
}

TEST_CASE("behind a Sync that COPY swallowed any number of Syncs may be answered",
          "[protocol][session]") {
  Script()
      .client(Query{"copy"}, {"query 1 'copy'"})
      .server(copy_in, {"copy 1.0 in 0"})
      .client(Sync{})
      .server(Failure{"22P04"}, {"ended 1.0 error 22P04"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .client(Sync{})
      .client(Sync{})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .holds([](const Session& session) { return session.idle(); })
      .client(Parse{"", "bad"}, {"parse 2 '' 'bad'"})
      .client(Sync{})
      .server(Failure{"42601"}, {"ended 2.0 error 42601"})
      .server(ReadyForQuery{}, {"ready 2 I"});
}

TEST_CASE("requests in doubt that PostgreSQL runs are waited for before anything is attributed",
          "[protocol][session]") {
  Script()
      .client(Execute{}, {"execute 1 '' 0"})
      .server(copy_in, {"copy 1.0 in 0"})
      .client(Sync{})
      .client(FunctionCall{7}, {"call 2 7"})
      .server(Failure{"P0001"}, {"ended 1.0 error P0001", "ended 2.0 cut", in_doubt})
      .server(ReadyForQuery{}, {"ready 2 I"})
      .client(Parse{"", "q"}, {"parse 3 '' 'q'", "ended 3.0 cut"})
      .client(Sync{})
      .server(Failure{"P0002"}, {"connection_error P0002"})  // the call's
      .server(ReadyForQuery{}, {"ready 3 I"})
      .server(Empty{'1'})  // of what is cut already
      .server(ReadyForQuery{}, {"ready 3 I"})
      .holds([](const Session& session) { return session.idle(); })
      .client(Query{"select 1"}, {"query 4 'select 1'"})
      .server(CommandComplete{"SELECT 1"}, {"ended 4.0 complete 'SELECT 1'"})
      .server(ReadyForQuery{}, {"ready 4 I"});
}

TEST_CASE("what is sent after a FATAL is cut, also where PostgreSQL skipped before",
          "[protocol][session]") {
  Script()
      .client(Parse{"", "bad"}, {"parse 1 '' 'bad'"})
      .server(Failure{}, {"ended 1.0 error 42601"})
      .server(Failure{"57P01", "FATAL"}, {"connection_error 57P01 fatal"})
      .client(Query{"never"}, {"query 2 'never'", "ended 2.0 cut"})
      .holds([](const Session& session) { return !session.busy(); });
}
