// COPY in its three directions, and CopyData that belongs to none.
#include <string>

#include "tests/protocol/script.hpp"

using namespace ride::protocol;
using namespace ride::protocol::test;

namespace {

const Copy copy_in{CopyResponse::in_tag};
const Copy copy_out{CopyResponse::out_tag};
const Copy copy_both{CopyResponse::both_tag};

}  // namespace

TEST_CASE("wire 26: COPY in the middle of a query takes its data and leaves the rest",
          "[protocol][session][wire]") {
  Script()
      .client(Query{"a; copy; b"}, {"query 1 'a; copy; b'"})
      .server(CommandComplete{"A"}, {"ended 1.0 complete 'A'"})
      .server(copy_in, {"copy 1.1 in 0"})
      .client(CopyData{"1\n"}, {"data 1.1 in '1\n' 2"})
      .client(CopyData{"2\n"}, {"data 1.1 in '2\n' 2"})
      .client(CopyDone{})
      .server(CommandComplete{"COPY 2"}, {"ended 1.1 complete 'COPY 2' copied=4"})
      .server(CommandComplete{"B"}, {"ended 1.2 complete 'B'"})
      .server(ReadyForQuery{}, {"ready 1 I"});
}

TEST_CASE("two COPYs in one query each take their own data, sent ahead or not",
          "[protocol][session]") {
  Script()
      .client(Query{"copy a; copy b"}, {"query 1 'copy a; copy b'"})
      .client(CopyData{"a"})
      .client(CopyData{"a"})
      .client(CopyDone{})
      .client(CopyData{"bbb"})
      .server(copy_in, {"copy 1.0 in 0", "data 1.0 in '' 2"})
      .server(CommandComplete{"COPY 2"}, {"ended 1.0 complete 'COPY 2' copied=2"})
      .server(copy_in, {"copy 1.1 in 0", "data 1.1 in '' 3"})
      .client(CopyData{"b"}, {"data 1.1 in 'b' 1"})
      .client(CopyDone{})
      .client(Query{"next"}, {"query 2 'next'"})
      .server(CommandComplete{"COPY 1"}, {"ended 1.1 complete 'COPY 1' copied=4"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .server(CommandComplete{"NEXT"}, {"ended 2.0 complete 'NEXT'"})
      .server(ReadyForQuery{}, {"ready 2 I"});
}

TEST_CASE("COPY out and its end are told", "[protocol][session]") {
  Script()
      .client(Query{"copy t to stdout"}, {"query 1 'copy t to stdout'"})
      .server(copy_out, {"copy 1.0 out 0"})
      .server(CopyData{"1\n"}, {"data 1.0 out '1\n' 2"})
      .holds([](const Session& session) {
        const auto passed = session.so_far();
        const auto asked = to_bytes(Query{"copy t to stdout"}).size();
        const auto answered = to_bytes(copy_out).size() + to_bytes(CopyData{"1\n"}).size();
        return passed.request == 1 && passed.bytes_in == asked && passed.bytes_out == answered;
      })
      .server(CopyDone{})
      .server(CommandComplete{"COPY 1"}, {"ended 1.0 complete 'COPY 1' copied=2"})
      .server(ReadyForQuery{}, {"ready 1 I"});
}

TEST_CASE("a failed COPY out ends like any statement", "[protocol][session]") {
  Script()
      .client(Execute{}, {"execute 1 '' 0"})
      .client(Sync{})
      .server(copy_out, {"copy 1.0 out 0"})
      .server(CopyData{"1\n"}, {"data 1.0 out '1\n' 2"})
      .server(Failure{"22012"}, {"ended 1.0 error 22012 copied=2"})
      .server(ReadyForQuery{}, {"ready 1 I"});
}

TEST_CASE("wire 27: replication goes both ways until each side is done",
          "[protocol][session][wire]") {
  Script()
      .client(Query{"START_REPLICATION"}, {"query 1 'START_REPLICATION'"})
      .server(copy_both, {"copy 1.0 both 0"})
      .server(CopyData{"wal"}, {"data 1.0 out 'wal' 3"})
      .client(CopyData{"at"}, {"data 1.0 in 'at' 2"})
      .client(CopyDone{})
      .server(CopyData{"wal"}, {"data 1.0 out 'wal' 3"})
      .server(CopyDone{})
      .server(RowDescription{}, {"columns 1.0"})
      .server(DataRow{}, {"row 1.0"})
      .server(CommandComplete{"SELECT"}, {"ended 1.0 complete 'SELECT' rows=1 copied=8"})
      .server(CommandComplete{"START_STREAMING"}, {"ended 1.1 complete 'START_STREAMING'"})
      .server(ReadyForQuery{}, {"ready 1 I"});
}

TEST_CASE("a base backup's result follows its data without a CommandComplete between",
          "[protocol][session]") {
  Script()
      .client(Query{"BASE_BACKUP"}, {"query 1 'BASE_BACKUP'"})
      .server(copy_out, {"copy 1.0 out 0"})
      .server(CopyData{"tar"}, {"data 1.0 out 'tar' 3"})
      .server(CopyDone{})
      .server(RowDescription{}, {"columns 1.0"})
      .server(DataRow{}, {"row 1.0"})
      .server(CommandComplete{"SELECT"}, {"ended 1.0 complete 'SELECT' rows=1 copied=3"})
      .server(CommandComplete{"BASE_BACKUP"}, {"ended 1.1 complete 'BASE_BACKUP'"})
      .server(ReadyForQuery{}, {"ready 1 I"});
}

TEST_CASE("wire 24: CopyData where no COPY is goes to no statement", "[protocol][session][wire]") {
  Script()
      .client(CopyData{"x"})
      .client(CopyDone{})
      .client(Query{"copy nowhere"}, {"query 1 'copy nowhere'"})
      .client(CopyData{"x"})
      .client(CopyDone{})
      .client(Query{"copy b"}, {"query 2 'copy b'"})
      .server(Failure{"42P01"}, {"ended 1.0 error 42P01"})
      .server(ReadyForQuery{}, {"ready 1 I"})
      .server(copy_in, {"copy 2.0 in 0"})
      .client(CopyData{"yy"}, {"data 2.0 in 'yy' 2"})
      .client(Raw{"f" + std::string("\0\0\0\5\0", 5)})
      .server(Failure{"57014"}, {"ended 2.0 error 57014 copied=2"})
      .server(ReadyForQuery{}, {"ready 2 I"})
      .client(CopyData{"late"});
}
