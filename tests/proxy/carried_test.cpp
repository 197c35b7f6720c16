// A record that goes on in another file while its connections live: what stands in which, and that
// each can be read alone.
#include "proxy/carried.hpp"

#include <map>

#include "journal/facts/facts.hpp"
#include "journal/fields.hpp"
#include "journal/reader.hpp"
#include "sql/worker.hpp"
#include "tests/catch.hpp"
#include "tests/proxy/recording.hpp"
#include "tests/support/eventually.hpp"

using namespace ride;
using namespace ride::test;
using journal::Field;
using journal::Fields;
using journal::Kind;

namespace {

std::vector<journal::Event> events_of(journal::Writer& writer) {
  writer.flush();
  return journal::Reader(writer.file()).all();
}

// "text outcome", of each statement of the file alone.
std::vector<std::string> statements(journal::Writer& writer) {
  sql::Analyser analyser;
  std::vector<std::string> out;
  for (const auto& row : journal::facts::derive(events_of(writer), analyser).statements)
    out.push_back(row.text.value_or("?") + " " + row.outcome);
  return out;
}

// The kinds of a file's events about connections that were restated.
std::vector<std::string> carried_kinds(journal::Writer& writer) {
  std::vector<std::string> out;
  for (const auto& event : events_of(writer))
    if (Fields(event.body).has(Field::carried)) out.emplace_back(journal::kind_name(event.kind));
  return out;
}

std::vector<std::string> how_closed(journal::Writer& writer) {
  std::vector<std::string> out;
  for (const auto& event : events_of(writer))
    if (event.kind == Kind::connection_closed)
      out.emplace_back(Fields(event.body).get_bytes(Field::how));
  return out;
}

std::uint64_t bytes_in(journal::Writer& writer) {
  std::uint64_t sum = 0;
  for (const auto& event : events_of(writer))
    if (event.kind == Kind::connection_closed) sum += Fields(event.body).get_int(Field::bytes_in);
  return sum;
}

Result run(const Connection& connection, const std::string& sql) {
  return {PQexec(connection.get(), sql.c_str()), PQclear};
}

Result prepare(const Connection& connection, const char* name, const char* sql) {
  return {PQprepare(connection.get(), name, sql, 0, nullptr), PQclear};
}

std::string execute(const Connection& connection, const char* name, const char* parameter) {
  const Result result(PQexecPrepared(connection.get(), name, 1, &parameter, nullptr, nullptr, 0),
                      PQclear);
  return PQntuples(result.get()) == 1 ? PQgetvalue(result.get(), 0, 0)
                                      : PQerrorMessage(connection.get());
}

Connection gone() { return {nullptr, PQfinish}; }

}  // namespace

TEST_CASE("a session at rest goes on in the next file, which has all that is needed to read it",
          "[proxy][postgres]") {
  Recording recording;
  auto client = recording.connect();
  run(client, "SET application_name = 'carried'");
  run(client, "PREPARE twice (int) AS SELECT 2 * $1");
  prepare(client, "plus", "SELECT $1::int + 1");
  prepare(client, "", "SELECT $1::text || '!'");
  auto& first = recording.writer();
  recording.rotate();
  auto& second = recording.writer();
  CHECK(recording.proxy().recorded_in(first) == 0);

  CHECK(execute(client, "", "hey") == "hey!");
  CHECK(execute(client, "plus", "41") == "42");
  CHECK(value(client, "EXECUTE twice(21)") == "42");
  client = gone();
  REQUIRE(eventually([&] { return recording.proxy().sessions().empty(); }));

  CHECK(statements(first) ==
        std::vector<std::string>{"SET application_name = 'carried' committed",
                                 "PREPARE twice (int) AS SELECT 2 * $1 committed"});
  CHECK(statements(second) == std::vector<std::string>{"SELECT $1::text || '!' committed",
                                                       "SELECT $1::int + 1 committed",
                                                       "EXECUTE twice(21) committed"});
  CHECK(how_closed(first) == std::vector<std::string>{"carried"});
  CHECK(how_closed(second) == std::vector<std::string>{"terminated"});
  CHECK(carried_kinds(second) == std::vector<std::string>{"connection_opened", "connection_started",
                                                          "connection_ready", "parameter_changed",
                                                          "parse", "parse", "parse", "ready"});

  sql::Analyser analyser;
  const auto before = journal::facts::derive(events_of(first), analyser);
  const auto facts = journal::facts::derive(events_of(second), analyser);
  REQUIRE(facts.connections.size() == 1);
  CHECK(facts.connections.front().connection == before.connections.front().connection);
  CHECK(facts.connections.front().pid == before.connections.front().pid);
  CHECK(facts.connections.front().opened == before.connections.front().opened);
  CHECK(facts.gaps.empty());
  CHECK(facts.statements.back().role == "oncall");
}

TEST_CASE("a transaction ends in the file in which it began", "[proxy][postgres]") {
  Recording recording;
  auto client = recording.connect();
  run(client, "BEGIN");
  run(client, "SELECT 1");
  auto& first = recording.writer();
  recording.rotate();
  auto& second = recording.writer();
  CHECK(recording.proxy().recorded_in(first) == 1);
  run(client, "SELECT 2");
  run(client, "COMMIT");
  run(client, "SELECT 3");
  CHECK(recording.proxy().recorded_in(first) == 0);
  client = gone();
  REQUIRE(eventually([&] { return recording.proxy().sessions().empty(); }));
  CHECK(statements(first) == std::vector<std::string>{"BEGIN committed", "SELECT 1 committed",
                                                      "SELECT 2 committed", "COMMIT committed"});
  CHECK(statements(second) == std::vector<std::string>{"SELECT 3 committed"});
  CHECK(bytes_in(first) > 0);
  CHECK(bytes_in(second) == std::string("QxxxxSELECT 3_Xxxxx").size());
}

TEST_CASE("an answered statement without its Sync yet is no place to change files",
          "[proxy][postgres]") {
  Recording recording;
  auto client = recording.connect();
  REQUIRE(PQenterPipelineMode(client.get()) == 1);
  REQUIRE(PQsendQueryParams(client.get(), "SELECT 1", 0, nullptr, nullptr, nullptr, nullptr, 0));
  REQUIRE(PQsendFlushRequest(client.get()) == 1);
  REQUIRE(PQflush(client.get()) == 0);
  const Result answer(PQgetResult(client.get()), PQclear);
  REQUIRE(PQresultStatus(answer.get()) == PGRES_TUPLES_OK);
  auto& first = recording.writer();
  recording.rotate();
  CHECK(recording.proxy().recorded_in(first) == 1);
  REQUIRE(PQpipelineSync(client.get()) == 1);
  REQUIRE(eventually([&] { return recording.proxy().recorded_in(first) == 0; }));
  CHECK(statements(first) == std::vector<std::string>{"SELECT 1 committed"});
}

TEST_CASE("a statement is carried as long as the server has it", "[proxy][postgres]") {
  Recording recording;
  auto client = recording.connect();
  prepare(client, "kept", "SELECT 'first'");
  prepare(client, "kept", "SELECT 'refused: the name is taken'");
  prepare(client, "dropped", "SELECT 2");
  prepare(client, "", "SELECT 3");
  run(client, "SELECT 'drops the unnamed one'");
  SECTION("one by one") {
    recording.rotate();
    std::vector<std::string> texts;
    for (const auto& event : events_of(recording.writer()))
      if (event.kind == Kind::parse) texts.emplace_back(Fields(event.body).get_bytes(Field::text));
    CHECK(texts == std::vector<std::string>{"SELECT 2", "SELECT 'first'"});
  }
  SECTION("or none any more") {
    run(client, "DISCARD ALL");
    recording.rotate();
    for (const auto& event : events_of(recording.writer())) CHECK(event.kind != Kind::parse);
  }
}

TEST_CASE("a secret that was cut stays cut in the next file", "[proxy][postgres]") {
  Recording recording;
  auto client = recording.connect();
  prepare(client, "secret", "ALTER ROLE nobody PASSWORD 'hunter2'");
  recording.rotate();
  CHECK(carried_kinds(recording.writer()).size() >= 4);
  CHECK(recording.journal_bytes().find("hunter2") == std::string::npos);
}

TEST_CASE("statements that are too many to be kept are a gap of the next file",
          "[proxy][postgres]") {
  proxy::Options options;
  options.limits.kept_statements_bytes_max = 64;
  Recording recording(options);
  auto client = recording.connect();
  prepare(client, "small", "SELECT 1");
  prepare(client, "large",
          "SELECT 'a text that does not fit beside the other one: it is too long'");
  recording.rotate();
  std::vector<std::string> gaps;
  for (const auto& event : events_of(recording.writer()))
    if (event.kind == Kind::gap) gaps.emplace_back(Fields(event.body).get_bytes(Field::message));
  CHECK(gaps == std::vector<std::string>{
                    "prepared statements of the file before that were not kept for this one: 1"});
}

TEST_CASE("types that the server chose are restated before those of the client", "[proxy]") {
  proxy::Carried carried(1'000);
  std::string body;
  journal::FieldWriter(body)
      .put(Field::name, Bytes("s"))
      .put(Field::parameter_types, Bytes("none"));
  carried.parsed("s", body);
  carried.typed("s", "real");
  std::string types;
  std::size_t events = 0;
  std::size_t bytes = 0;
  carried.restate([&](Kind kind, Bytes restated) {
    ++events;
    bytes += restated.size();
    if (kind == Kind::parse) types = Fields(restated).get_bytes(Field::parameter_types);
  });
  CHECK(types == "real");
  CHECK(events == carried.events());
  CHECK(bytes <= carried.bytes());
}
