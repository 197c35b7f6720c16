// The extended protocol as libpq speaks it: parameters, prepared statements, pipelines.
#include <array>

#include "tests/catch.hpp"
#include "tests/proxy/recording.hpp"

using namespace ride::test;

TEST_CASE("PQexecParams leaves text, parameters, columns and rows in the journal",
          "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  const std::array<const char*, 2> values = {"20", nullptr};
  const Result result(PQexecParams(connection.get(), "SELECT $1::int * 2 AS twice, $2::text", 2,
                                   nullptr, values.data(), nullptr, nullptr, 0),
                      PQclear);
  REQUIRE(PQntuples(result.get()) == 1);
  CHECK(std::string(PQgetvalue(result.get(), 0, 0)) == "40");

  CHECK(text(recording.events("parse").at(0), "text") == "SELECT $1::int * 2 AS twice, $2::text");
  const auto bind = recording.events("bind").at(0);
  CHECK(bytes(bind, "parameters").find("20") != std::string::npos);
  CHECK(text(recording.events("describe").at(0), "how") == "portal");
  const auto execute = recording.events("execute").at(0);
  const auto ended = recording.events("ended");
  REQUIRE(ended.size() == 1);
  CHECK(number(ended[0], "request") == number(execute, "seq"));
  CHECK(bytes(ended[0], "columns").find("twice") != std::string::npos);
  CHECK(bytes(ended[0], "data").find("40") != std::string::npos);
  CHECK(number(recording.events("ready").at(0), "request") == number(execute, "seq"));
}

TEST_CASE("a prepared statement's columns stand at each execution", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  Result(PQprepare(connection.get(), "twice", "SELECT $1::int * 2 AS twice", 0, nullptr), PQclear);
  Result(PQdescribePrepared(connection.get(), "twice"), PQclear);
  for (const char* value : {"1", "2"})
    Result(PQexecPrepared(connection.get(), "twice", 1, &value, nullptr, nullptr, 0), PQclear);
  CHECK(text(recording.events("parse").at(0), "name") == "twice");
  const auto binds = recording.events("bind");
  REQUIRE(binds.size() == 2);
  CHECK(text(binds[1], "name") == "twice");
  auto ended = recording.events("ended");
  std::erase_if(ended, [](const auto& event) { return text(event, "how") == "described"; });
  REQUIRE(ended.size() == 2);
  CHECK(bytes(ended[1], "columns").find("twice") != std::string::npos);
}

TEST_CASE("an error in a pipeline ends one request, and ready tells how far it reached",
          "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  REQUIRE(PQenterPipelineMode(connection.get()) == 1);
  for (const char* sql : {"SELECT 1", "SELECT 1/0", "SELECT 3"})
    PQsendQueryParams(connection.get(), sql, 0, nullptr, nullptr, nullptr, nullptr, 0);
  PQpipelineSync(connection.get());
  int syncs = 0;
  for (int ends = 0; syncs == 0 && ends < 100;) {
    const Result result(PQgetResult(connection.get()), PQclear);
    if (!result) ++ends;
    if (result && PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) ++syncs;
  }
  REQUIRE(syncs == 1);
  const auto executes = recording.events("execute");
  REQUIRE(executes.size() == 3);
  const auto ended = recording.events("ended");
  REQUIRE(ended.size() == 2);
  CHECK(text(ended[0], "how") == "complete");
  CHECK(text(ended[1], "how") == "error");
  CHECK(number(ended[1], "request") <= number(executes[1], "seq"));
  CHECK(number(ended[1], "request") > number(executes[0], "seq"));
  CHECK(number(recording.events("ready").at(0), "request") == number(executes[2], "seq"));
}

TEST_CASE("a failed Parse is recorded at its own request", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  const Result result(PQprepare(connection.get(), "p", "SELEC 1", 0, nullptr), PQclear);
  CHECK(sqlstate(result) == "42601");
  const auto ended = recording.events("ended").at(0);
  CHECK(number(ended, "request") == number(recording.events("parse").at(0), "seq"));
  CHECK(text(ended, "how") == "error");
}

TEST_CASE("parameters above the limit are cut and the cut is marked", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  const std::string big(200'000, 'x');
  const char* value = big.c_str();
  const Result result(
      PQexecParams(connection.get(), "SELECT length($1)", 1, nullptr, &value, nullptr, nullptr, 0),
      PQclear);
  CHECK(std::string(PQgetvalue(result.get(), 0, 0)) == "200000");
  const auto bind = recording.events("bind").at(0);
  CHECK(number(bind, "omitted_bytes") > 200'000 - 65'536);
}

TEST_CASE("a function call is a request with an end", "[postgres][proxy]") {
  Recording recording;
  const auto connection = recording.connect();
  int answer = 0;
  int length = 0;
  const PQArgBlock argument{.len = 4, .isint = 1, .u = {.integer = -7}};
  constexpr int abs_int4 = 1397;  // oid of pg_catalog.abs(int4)
  const Result result(PQfn(connection.get(), abs_int4, &answer, &length, 1, &argument, 1), PQclear);
  CHECK(answer == 7);
  const auto call = recording.events("function_call").at(0);
  CHECK(number(call, "number") == abs_int4);
  CHECK(number(recording.events("ended").at(0), "request") == number(call, "seq"));
}
