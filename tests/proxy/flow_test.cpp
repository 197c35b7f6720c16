// The query flow's odd corners, played by a real server, and what the record makes of each.
#include "tests/proxy/flow.hpp"

#include <array>

#include "journal/facts/wire.hpp"
#include "tests/catch.hpp"

using namespace ride;
using namespace ride::test;
using namespace ride::protocol;
using namespace std::string_literals;
using journal::Field;

TEST_CASE("wire 29: a function call leaves its number, arguments and result",
          "[postgres][proxy][wire]") {
  Recording recording;
  converse(recording, FunctionCall{.function = 1397, .parameters = Bytes("\0\0\0\1\0\0\0\2-7", 10)},
           FunctionCall{999'999}, Query{"SELECT 1"});
  const auto facts = facts_of(recording);
  REQUIRE(facts.statements.size() == 3);
  CHECK(facts.statements[0].path == "function");
  CHECK(facts.statements[0].outcome == "committed");
  CHECK(facts.statements[1].sqlstate == "42883");
  REQUIRE(facts.calls.size() == 2);
  CHECK(facts.calls[0].function == "1397");
  CHECK(facts.calls[0].arguments == R"(["-7"])");
  CHECK(raw(recording, journal::Kind::ended, Field::result) == "\0\0\0\1"s + "7");
}

TEST_CASE("wire 30: a portal read in pieces is one statement with all of its rows",
          "[postgres][proxy][wire]") {
  Recording recording;
  converse(recording, Parse{"five", "SELECT generate_series(1, 5)"}, Bind{"a", "five"},
           Bind{"b", "five"}, Execute{"a", 2}, Execute{"b", 1}, Execute{"a", 2}, Execute{"a", 2},
           Sync{});
  const auto facts = facts_of(recording);
  REQUIRE(facts.statements.size() == 2);
  CHECK(facts.statements[0].tag == "SELECT 1");  // of the last piece alone
  CHECK(facts.statements[0].rows == 5);
  CHECK(facts.statements[0].fetches == 3);
  CHECK(facts.statements[1].rows == 1);
  CHECK(facts.statements[1].fetches == 1);
}

TEST_CASE("wire 31: a portal ends with its transaction, and SQL's cursors are portals",
          "[postgres][proxy][wire]") {
  Recording recording;
  converse(recording, Parse{"", "SELECT generate_series(1, 5)"}, Bind{"p", ""}, Execute{"p", 1},
           Sync{}, Execute{"p", 1}, Sync{}, Query{"BEGIN"},
           Query{"DECLARE c CURSOR FOR SELECT generate_series(7, 9)"}, Execute{"c", 2}, Sync{},
           Query{"COMMIT"});
  const auto facts = facts_of(recording);
  REQUIRE(facts.statements.size() == 6);
  CHECK(facts.statements[1].sqlstate == "34000");
  CHECK(facts.statements[4].text == "SELECT generate_series(7, 9)");
  CHECK(facts.statements[4].rows == 2);
  CHECK(facts.statements[4].batch == 5);
}

TEST_CASE("wire 36: binary parameters are told by the types that Describe gave",
          "[postgres][proxy][wire]") {
  Recording recording;
  const auto connection = recording.connect();
  Result(PQprepare(connection.get(), "p", "SELECT abs($1::float8), upper($2)", 0, nullptr),
         PQclear);
  Result(PQdescribePrepared(connection.get(), "p"), PQclear);
  const std::array<const char*, 2> values = {"\xc0\x04\0\0\0\0\0\0", "text"};  // -2.5
  const std::array<int, 2> lengths = {8, 4};
  const std::array<int, 2> formats = {1, 0};
  const Result result(
      PQexecPrepared(connection.get(), "p", 2, values.data(), lengths.data(), formats.data(), 0),
      PQclear);
  REQUIRE(std::string(PQgetvalue(result.get(), 0, 0)) == "2.5");
  const auto facts = facts_of(recording);
  REQUIRE(facts.calls.size() == 2);
  CHECK(facts.calls[0].arguments == R"(["-2.5"])");
  CHECK(facts.calls[1].arguments == R"(["text"])");
}

TEST_CASE("wire 37: Flush brings a statement's end, Sync its batch's", "[postgres][proxy][wire]") {
  Recording recording;
  std::string bytes;
  protocol::encode(StartupMessage{.parameters = Bytes("user\0oncall\0database\0postgres\0", 30)},
                   bytes);
  const RawClient client(recording.proxy().port());
  client.send(bytes);
  client.receive_until("Z\0\0\0\5I"s);
  bytes.clear();
  protocol::encode(Parse{"", "SELECT 1"}, bytes);
  protocol::encode(Bind{}, bytes);
  protocol::encode(Execute{}, bytes);
  protocol::encode(Flush{}, bytes);
  client.send(bytes);
  client.receive_until("SELECT 1\0"s);
  CHECK(recording.events("ended").size() == 1);
  CHECK(recording.events("ready").empty());
  CHECK(facts_of(recording).statements.at(0).outcome == "unknown");
  bytes.clear();
  protocol::encode(Sync{}, bytes);
  client.send(bytes);
  client.receive_until("Z\0\0\0\5I"s);
  CHECK(facts_of(recording).statements.at(0).outcome == "committed");
}

TEST_CASE("wire 42: a session that dies in the middle of a result keeps the rows it had sent",
          "[postgres][proxy][wire]") {
  Recording recording;
  const auto received = converse(
      recording,
      Query{"SELECT CASE WHEN i = 3 THEN pg_terminate_backend(pg_backend_pid())::text ELSE 'row' "
            "END FROM generate_series(1, 9) i"},
      Query{"SELECT 'never run'"});
  CHECK(received.find("57P01") != std::string::npos);
  const auto facts = facts_of(recording);
  REQUIRE(facts.statements.size() == 2);
  CHECK(facts.statements[0].outcome == "failed");
  CHECK(facts.statements[0].sqlstate == "57P01");
  CHECK(facts.statements[0].rows.value_or(0) > 0);
  CHECK(facts.statements[1].outcome == "skipped");
  CHECK(recording.events("ready").empty());
}

TEST_CASE("wire 51: text is kept as its bytes, whatever its encoding", "[postgres][proxy][wire]") {
  Recording recording;
  const auto connection = recording.connect("client_encoding=LATIN1");
  const std::string latin = "SELECT '\xe9t\xe9' AS season";
  CHECK(value(connection, latin) == "\xe9t\xe9");
  CHECK(raw(recording, journal::Kind::query, Field::text) == latin);
  CHECK(facts_of(recording).statements.at(0).text == latin);

  Recording other;
  const std::string broken = "SELECT '\xff\xfe'";
  converse(other, Query{broken}, Query{"SELECT 1"});
  const auto facts = facts_of(other);
  REQUIRE(facts.statements.size() == 2);
  CHECK(facts.statements[0].text == broken);
  CHECK(facts.statements[0].sqlstate == "22021");
  CHECK(facts.statements[1].outcome == "committed");
}

TEST_CASE("wire 58: the settings that decide how text is read are in the record",
          "[postgres][proxy][wire]") {
  Recording recording;
  const auto connection =
      recording.connect("client_encoding=LATIN1 options='-c standard_conforming_strings=off'");
  value(connection, "SELECT 1");
  const auto first = raw(recording, journal::Kind::connection_ready, Field::parameters);
  CHECK(first.find("client_encoding\0LATIN1\0"s) != std::string::npos);
  CHECK(first.find("standard_conforming_strings\0off\0"s) != std::string::npos);
  Result(PQexec(connection.get(), "SET standard_conforming_strings = on"), PQclear);
  const auto changed = recording.events("parameter_changed").at(0);
  CHECK(text(changed, "name") == "standard_conforming_strings");
  CHECK(text(changed, "text") == "on");
}

TEST_CASE("wire 59: of a flood of notices the first are kept and all are counted",
          "[postgres][proxy][wire]") {
  Recording recording;
  const auto connection = recording.connect();
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  Result(PQexec(connection.get(),
                "DO $$BEGIN FOR i IN 1..5000 LOOP RAISE NOTICE 'notice %', i; END LOOP; END$$"),
         PQclear);
  const auto ended = recording.events("ended").at(0);
  const auto kept = journal::facts::notice_messages(bytes(ended, "notices"));
  REQUIRE(kept.size() > 10);
  CHECK(kept.front() == "notice 1");
  CHECK(kept.back() == "notice " + std::to_string(kept.size()));
  CHECK(number(ended, "omitted_notices") == 5000 - static_cast<std::int64_t>(kept.size()));
}
