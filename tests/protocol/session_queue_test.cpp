// Syncs that COPY may swallow, and answers that fit nothing.
#include <string>

#include "tests/protocol/script.hpp"

using namespace ride::protocol;
using namespace ride::protocol::test;

namespace {

const Copy copy_in{CopyResponse::in_tag};
constexpr auto in_doubt = "violation client 0 'request that a failed COPY leaves skipped or not'";
constexpr auto stray = "violation server 0 'answer that fits nothing asked'";

}  // namespace

TEST_CASE("wire 22: a Sync inside COPY is swallowed", "[protocol][session][wire]") {
  Script()
      .client(Execute{}, {"execute 1 '' 0"})
      .client(Sync{})
      .server(copy_in, {"copy 1.0 in 0"})
      .client(CopyData{"x"}, {"data 1.0 in 'x' 1"})
      .client(CopyDone{})
      .client(Sync{})
      .client(Query{"next"}, {"query 2 'next'"})
      .server(CommandComplete{"COPY 1"}, {"ended 1.0 complete 'COPY 1' copied=1"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .server(CommandComplete{"NEXT"}, {"ended 2.0 complete 'NEXT'"})
      .server(ReadyForQuery{}, {"ready 2 I"})
      .holds([](const Session& session) { return session.idle(); });
}

TEST_CASE("wire 22: where COPY never began both Syncs are answered", "[protocol][session][wire]") {
  Script()
      .client(Execute{}, {"execute 1 '' 0"})
      .client(Sync{})
      .client(CopyData{"x"})
      .client(CopyDone{})
      .client(Sync{})
      .client(Query{"next"}, {"query 2 'next'"})
      .server(Failure{"42501"}, {"ended 1.0 error 42501"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .server(CommandComplete{"NEXT"}, {"ended 2.0 complete 'NEXT'"})
      .server(ReadyForQuery{}, {"ready 2 I"});
}

namespace {

// A COPY that fails after it began, with everything else sent ahead.
void copy_that_fails(Script& script) {
  script.client(Execute{}, {"execute 1 '' 0"})
      .client(Sync{})
      .client(CopyData{"x"})
      .client(CopyDone{})
      .client(Sync{})
      .client(Query{"next"}, {"query 2 'next'"})
      .server(copy_in, {"copy 1.0 in 0", "data 1.0 in '' 1"})
      .server(Failure{"P0001"}, {"ended 1.0 error P0001 copied=1"})
      .server(ReadyForQuery{}, {"ready 1 I"});
}

}  // namespace

TEST_CASE("wire 23: a COPY that fails before it reads leaves two Syncs to be answered",
          "[protocol][session][wire]") {
  Script script;
  copy_that_fails(script);
  script.server(ReadyForQuery{}, {"ready 1 I"})
      .server(CommandComplete{"NEXT"}, {"ended 2.0 complete 'NEXT'"})
      .server(ReadyForQuery{}, {"ready 2 I"})
      .holds([](const Session& session) { return session.idle(); });
}

TEST_CASE("wire 23: a COPY that fails on bad data leaves one Sync to be answered",
          "[protocol][session][wire]") {
  Script script;
  copy_that_fails(script);
  script.server(CommandComplete{"NEXT"}, {"ended 2.0 complete 'NEXT'"})
      .server(ReadyForQuery{}, {"ready 2 I"})
      .holds([](const Session& session) { return session.idle(); });
}

TEST_CASE("an error behind a swallowed Sync is the next request's", "[protocol][session]") {
  Script script;
  copy_that_fails(script);
  script.server(Failure{"42601"}, {"ended 2.0 error 42601"}).server(ReadyForQuery{}, {"ready 2 I"});
}

TEST_CASE("wire 23: several Syncs in doubt resolve with the next answer",
          "[protocol][session][wire]") {
  Script()
      .client(Execute{}, {"execute 1 '' 0"})
      .client(Sync{})
      .client(Sync{})
      .client(CopyDone{})
      .client(Sync{})
      .server(copy_in, {"copy 1.0 in 0"})
      .server(Failure{"P0001"}, {"ended 1.0 error P0001"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .holds([](const Session& session) { return session.idle(); })
      .server(ReadyForQuery{}, {"ready 1 I"})
      .client(Parse{"", "next"}, {"parse 2 '' 'next'"})
      .client(Sync{})
      .server(Empty{'1'}, {"ended 2.0 complete"})
      .server(ReadyForQuery{}, {"ready 2 I"});
}

TEST_CASE("a swallowed Sync is not waited for by what follows", "[protocol][session]") {
  Script()
      .client(Execute{}, {"execute 1 '' 0"})
      .client(Sync{})
      .server(copy_in, {"copy 1.0 in 0"})
      .client(CopyData{"bad"}, {"data 1.0 in 'bad' 3"})
      .server(Failure{"22P02"}, {"ended 1.0 error 22P02 copied=3"})
      .client(CopyDone{})
      .client(Sync{})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .holds([](const Session& session) { return session.idle(); })
      .client(Query{"next"}, {"query 2 'next'"})
      .holds([](const Session& session) { return session.busy(); })
      .server(RowDescription{}, {"columns 2.0"})
      .server(CommandComplete{"NEXT"}, {"ended 2.0 complete 'NEXT'"})
      .server(ReadyForQuery{}, {"ready 2 I"});
}

TEST_CASE("a Sync in a failed COPY of a simple query may be swallowed or not",
          "[protocol][session]") {
  const bool swallowed = GENERATE(true, false);
  Script script;
  script.client(Query{"copy"}, {"query 1 'copy'"})
      .server(copy_in, {"copy 1.0 in 0"})
      .client(Sync{})
      .client(CopyDone{})
      .client(Query{"next"}, {"query 2 'next'"})
      .server(Failure{"22P02"}, {"ended 1.0 error 22P02"})
      .server(ReadyForQuery{}, {"ready 1 I"});
  if (!swallowed) script.server(ReadyForQuery{}, {"ready 1 I"});
  script.server(CommandComplete{"NEXT"}, {"ended 2.0 complete 'NEXT'"})
      .server(ReadyForQuery{}, {"ready 2 I"});
}

TEST_CASE("a request that a failed COPY leaves in doubt is cut, not guessed",
          "[protocol][session]") {
  Script()
      .client(Execute{}, {"execute 1 '' 0"})
      .client(Sync{})
      .server(copy_in, {"copy 1.0 in 0"})
      .server(Failure{"P0001"}, {"ended 1.0 error P0001"})
      .client(Query{"run or skipped"}, {"query 2 'run or skipped'", in_doubt, "ended 2.0 cut"})
      .holds([](const Session& session) { return session.lost() && !session.idle(); })
      .client(Sync{})
      .server(ReadyForQuery{}, {"ready 2 I"})  // had the COPY read the Sync, it were the last
      .holds([](const Session& session) { return session.lost(); })
      .server(CommandComplete{"RUN"})
      .server(ReadyForQuery{}, {"ready 2 I"})
      .server(ReadyForQuery{}, {"ready 2 I"})
      .holds([](const Session& session) { return session.idle(); })
      .client(Query{"next"}, {"query 3 'next'"})
      .server(CommandComplete{"NEXT"}, {"ended 3.0 complete 'NEXT'"})
      .server(ReadyForQuery{}, {"ready 3 I"});
}

TEST_CASE("requests in doubt that were sent ahead are cut, not guessed", "[protocol][session]") {
  const bool swallowed = GENERATE(true, false);
  Script script;
  script.client(Execute{}, {"execute 1 '' 0"})
      .client(Sync{})
      .client(CopyDone{})
      .client(Parse{"", "run or skipped"}, {"parse 2 '' 'run or skipped'"})
      .client(Sync{})
      .server(copy_in, {"copy 1.0 in 0"})
      .server(Failure{"P0001"}, {"ended 1.0 error P0001", "ended 2.0 cut", in_doubt})
      .server(ReadyForQuery{}, {"ready 2 I"})
      .holds([](const Session& session) { return session.lost(); });
  if (!swallowed)
    script.server(Empty{'1'})
        .server(ReadyForQuery{}, {"ready 2 I"})
        .holds([](const Session& session) { return session.idle(); });
}

TEST_CASE("an answer to nothing makes the session lost until nothing is owed",
          "[protocol][session]") {
  Script()
      .client(Query{"a"}, {"query 1 'a'"})
      .client(Query{"b"}, {"query 2 'b'"})
      .server(Empty{'1'}, {"violation server 1 'answer that fits nothing asked'"})
      .server(CommandComplete{"A"})
      .server(Failure{"42601"}, {"connection_error 42601"})
      .server(ReadyForQuery{}, {"ended 1.0 cut", "ready 1 I"})
      .holds([](const Session& session) { return session.lost(); })
      .server(CommandComplete{"B"})
      .server(ReadyForQuery{}, {"ended 2.0 cut", "ready 2 I"})
      .holds([](const Session& session) { return !session.lost() && session.idle(); })
      .client(Query{"c"}, {"query 3 'c'"})
      .server(CommandComplete{"C"}, {"ended 3.0 complete 'C'"})
      .server(ReadyForQuery{}, {"ready 3 I"});
}

TEST_CASE("an answer while nothing is asked is seen and survived", "[protocol][session]") {
  Script()
      .server(DataRow{}, {stray})
      .client(Query{"a"}, {"query 1 'a'"})
      .server(CommandComplete{"A"})
      .server(ReadyForQuery{}, {"ended 1.0 cut", "ready 1 I"})
      .server(ReadyForQuery{}, {"violation server 0 'ReadyForQuery that nothing asked for'"})
      .server(Raw{std::string("y\0\0\0\4", 5)}, {"violation server 0 'not an answer'"})
      .client(Query{"b"}, {"query 2 'b'"})
      .server(CommandComplete{"B"}, {"ended 2.0 complete 'B'"})
      .server(ReadyForQuery{}, {"ready 2 I"});
}

TEST_CASE("a ReadyForQuery too early counts for the request it comes at", "[protocol][session]") {
  Script()
      .client(Query{"a"}, {"query 1 'a'"})
      .server(ReadyForQuery{},
              {"violation server 1 'answer that fits nothing asked'", "ended 1.0 cut", "ready 1 I"})
      .server(CommandComplete{"A"}, {stray})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .holds([](const Session& session) { return session.idle(); });
}

TEST_CASE("behind the ReadyForQuery of a lost session nothing is skipped", "[protocol][session]") {
  Script()
      .client(Execute{}, {"execute 1 '' 0"})
      .server(Failure{"34000"}, {"ended 1.0 error 34000"})
      .client(Execute{}, {"execute 2 '' 0"})  // skipped
      .server(Failure{"XX000"},
              {"connection_error XX000", "violation server 0 'answer that fits nothing asked'"})
      .server(ReadyForQuery{}, {"ready 2 I"})
      .client(Execute{}, {"execute 3 '' 0"})
      .server(CommandComplete{"SELECT 0"}, {"ended 3.0 complete 'SELECT 0'"});
}
